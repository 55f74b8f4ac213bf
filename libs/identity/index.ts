export type { Actor } from './actor.js';
export { identityErrors } from './identity.errors.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService } from './identity.service.js';
export { type Permission, PERMISSIONS, roleMay } from './permissions.js';
