export { attempt, attemptStream, badResponse } from './attempt.js';
export { type Connection, openConnection } from './connection.js';
export { billedByGemini, pieceOfGemini, textOfGemini, usageOfGemini } from './gemini-answer.js';
export { asNumber, asObject, asObjects, asText, type JsonObject, type JsonValue, parseJson } from './json.js';
export { keyFor } from './key-for.js';
export { type BilledTokens, ProviderError, type ProviderErrorKind, withoutSecrets } from './provider-error.js';
export { type Refusal, refusalError, requestIdOf } from './refusal.js';
export { sdkError } from './sdk-error.js';
export { messagesOf } from './server-sent-events.js';
