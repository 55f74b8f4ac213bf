export { ApiKeysHttpModule } from './api-keys-http.module.js';
