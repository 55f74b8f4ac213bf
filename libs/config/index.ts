export { Config, ConfigError, loadConfig } from './config.js';
export { ConfigModule } from './config.module.js';
export { environmentDocuments } from './documents.js';
export type { LanguageConfig } from './language-config.js';
export type { MailConfig } from './mail-config.js';
export type { RateLimitSetting } from './rate-limit-setting.js';
export { searchPath } from './search-path.js';
export type { FederationConfig, OidcProvider } from './federation-config.js';
export type { KeyCapacity, VendorId } from './vendor-keys.js';
