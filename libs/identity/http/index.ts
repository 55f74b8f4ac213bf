export { Access, ACCESS, CurrentActor, type DeclaredAccess, Public } from './access.decorators.js';
export { IdentityHttpModule } from './identity-http.module.js';
