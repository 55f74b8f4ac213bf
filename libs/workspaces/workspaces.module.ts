import { Module } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { RateLimitsModule } from '#rate-limits';
import { SpeechModule } from '#speech';
import { InvitationsRepository } from './invitations.repository.js';
import { InvitationsService } from './invitations.service.js';
import { LockedWorkspaces } from './locked-workspaces.js';
import { MembersService } from './members.service.js';
import { WorkspacesService } from './workspaces.service.js';

@Module({
  imports: [IdentityModule, RateLimitsModule, SpeechModule],
  providers: [InvitationsRepository, LockedWorkspaces, WorkspacesService, MembersService, InvitationsService],
  exports: [WorkspacesService, MembersService, InvitationsService],
})
export class WorkspacesModule {}
