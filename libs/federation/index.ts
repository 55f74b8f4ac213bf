export { federationErrors } from './federation.errors.js';
export { FederationModule } from './federation.module.js';
