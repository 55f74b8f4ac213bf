export { type Account, AccountsRepository } from './accounts.repository.js';
export type { Actor } from './actor.js';
export { ActorsRepository, type MemberRow } from './actors.repository.js';
export { auditActorOf } from './audit-actor.js';
export { type CredentialReader, Credentials } from './credentials.js';
export { identityErrors } from './identity.errors.js';
export { IdentityModule } from './identity.module.js';
export { type MemberOfWorkspace, MembershipsRepository } from './memberships.repository.js';
export { normaliseEmail } from './normalise-email.js';
export { type AccountStanding, OutsideAccounts } from './outside-accounts.js';
export { outranks, type Permission, PERMISSIONS, roleMay, type Scope, SCOPES, scopesMay } from './permissions.js';
export { PlatformRoles } from './platform-roles.js';
export { Principals } from './principals.js';
export { type SignedIn, SessionsService } from './sessions.service.js';
export { SignInService } from './sign-in.service.js';
export { WorkspacePlans } from './workspace-plans.js';
export {
  type LivingWorkspace,
  type Retention,
  type WorkspaceChange,
  type WorkspaceOfUser,
  WorkspacesRepository,
} from './workspaces.repository.js';
