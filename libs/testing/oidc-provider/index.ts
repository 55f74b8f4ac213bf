export { signInAtProvider } from './browser.js';
export { type OidcProviderDouble, type People, startOidcProvider } from './oidc-provider-double.js';
