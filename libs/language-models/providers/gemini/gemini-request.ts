import type { Content, GenerateContentRequest } from '@google/generative-ai';
import type { LanguageModel, LanguageRequest } from '../../language-provider.js';

/** The SDK's type, but for `responseJsonSchema`, which is newer than it: JSON Schema as it is, not translated to OpenAPI's. */
type Request = Omit<GenerateContentRequest, 'generationConfig'> & { generationConfig: object };

/** The body of `generateContent` and of `streamGenerateContent`. */
export function geminiRequest(model: LanguageModel, request: LanguageRequest): Request {
  const { messages, schema, temperature, maxOutputTokens } = request;
  const orders = messages.filter(({ role }) => role === 'system').map(({ text }) => ({ text }));
  const turns = messages.filter(({ role }) => role !== 'system');
  return {
    ...(orders.length === 0 ? {} : { systemInstruction: { role: 'user', parts: orders } }),
    contents: turns.map(({ role, text }): Content => ({ role: role === 'assistant' ? 'model' : 'user', parts: [{ text }] })),
    generationConfig: {
      ...(temperature === undefined || !model.temperature ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(schema === undefined ? {} : { responseMimeType: 'application/json', responseJsonSchema: schema.schema }),
    },
  };
}
