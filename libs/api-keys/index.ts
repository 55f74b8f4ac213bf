export { apiKeysErrors } from './api-keys.errors.js';
export { ApiKeysModule } from './api-keys.module.js';
export { ApiKeysService, type KeyWithText } from './api-keys.service.js';
