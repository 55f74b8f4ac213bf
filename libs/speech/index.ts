// What fails in a call for speech is what fails in any call to a provider.
export { type JsonValue, ProviderError as SpeechError, type ProviderErrorKind as SpeechErrorKind } from '#provider-calls';
export { languageNames, WHISPER_LANGUAGES } from './languages.js';
export {
  accuracyOf,
  enginesInOrder,
  everyEngine,
  type MeasuredSpeed,
  nameOf,
  SPEECH_POLICIES,
  type SpeechChoice,
  type SpeechPolicy,
  type SpeechPreference,
  UNMEASURED,
} from './preference.js';
export { howToConfigure, type SpeechWish } from './registry.js';
export {
  type ChunkAudio,
  type HeldAudio,
  type KeyCheck,
  KEYED_PROVIDER_IDS,
  PROVIDER_IDS,
  type KeyedProviderId,
  type ProviderId,
  type SpeechModel,
  type SpeechPrice,
  type SpeechProvider,
  type SpeechRequest,
  type SpeechResult,
  type SpeechSegment,
  type SpeechUsage,
  type SpeechToken,
  type SpeechWord,
} from './speech-provider.js';
export { SpeechRegistry } from './speech-registry.js';
export { canStandIn, isCoarser, orderedEngine, type Piece, type SpeechNeeds, standIns } from './stand-ins.js';
export { SpeechModule } from './speech.module.js';
export { speechErrors } from './speech.errors.js';
