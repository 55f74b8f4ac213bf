export { Access, CurrentActor } from './access.decorators.js';
export { IdentityHttpModule } from './identity-http.module.js';
