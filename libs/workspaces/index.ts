export { InvitationsService, INVITED_ROLES } from './invitations.service.js';
export { MembersService } from './members.service.js';
export { workspacesErrors } from './workspaces.errors.js';
export { WorkspacesModule } from './workspaces.module.js';
export { WorkspacesService } from './workspaces.service.js';
