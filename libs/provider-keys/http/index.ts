export { ProviderKeysHttpModule } from './provider-keys-http.module.js';
