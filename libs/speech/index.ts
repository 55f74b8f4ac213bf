export { WHISPER_LANGUAGES } from './languages.js';
export type { SpeechChoice, SpeechWish } from './registry.js';
export { SpeechError, type SpeechErrorKind } from './speech-error.js';
export type {
  ChunkAudio,
  JsonValue,
  ProviderId,
  SpeechModel,
  SpeechPrice,
  SpeechProvider,
  SpeechRequest,
  SpeechResult,
  SpeechSegment,
  SpeechUsage,
  SpeechWord,
} from './speech-provider.js';
export { SpeechRegistry } from './speech-registry.js';
export { SpeechModule } from './speech.module.js';
export { speechErrors } from './speech.errors.js';
