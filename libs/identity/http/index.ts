export type { Actor } from '../actor.js';
export { auditActorOf } from '../audit-actor.js';
export { Access, CurrentActor } from './access.decorators.js';
export { SignedInDto, toSignedIn } from './dto/signed-in.dto.js';
export { LastingAccess } from './lasting-access.js';
export type { ActorRequest } from './wanted-workspace.js';
export { html, sendPage } from './pages/page.js';
export { IdentityHttpModule } from './identity-http.module.js';
