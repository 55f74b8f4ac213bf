export { asTranscriber, asWriter, type CallKey, CallKeys, isBusy, type Reader, readerOf } from './call-keys.js';
export type { KeyUse } from './key-usage.repository.js';
export { OwnKey } from './own-key.js';
export { OwnKeys } from './own-keys.js';
export { providerKeyErrors } from './provider-keys.errors.js';
export { ProviderKeysModule } from './provider-keys.module.js';
