import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces.module.js';
import { InvitationPageController } from './invitation-page.controller.js';
import { AcceptInvitationController, InvitationsController } from './invitations.controller.js';
import { MembersController } from './members.controller.js';
import { WorkspacesController } from './workspaces.controller.js';

@Module({
  imports: [WorkspacesModule],
  controllers: [
    WorkspacesController,
    MembersController,
    InvitationsController,
    AcceptInvitationController,
    InvitationPageController,
  ],
})
export class WorkspacesHttpModule {}
