export type { Actor } from './actor.js';
export { ActorsRepository, type MemberRow } from './actors.repository.js';
export { type CredentialReader, Credentials } from './credentials.js';
export { identityErrors } from './identity.errors.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService, type Origin, type SignedIn } from './identity.service.js';
export { type AccountStanding, OutsideAccounts } from './outside-accounts.js';
export { outranks, type Permission, PERMISSIONS, roleMay, type Scope, SCOPES, scopesMay } from './permissions.js';
export { type ActorOfRows, Principals } from './principals.js';
