import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { PageQueryDto, toPage, toPageRequest } from '#paging/http';
import { InvitationsService } from '../invitations.service.js';
import { workspacesErrors } from '../workspaces.errors.js';
import { AcceptInvitationDto, InvitationDto, InvitationPageDto, InviteDto, toInvitation } from './dto/invitation.dto.js';
import { toWorkspace, WorkspaceDto } from './dto/workspace.dto.js';
import { WORKSPACE_ID } from './path-ids.js';

const INVITATION_ID = { name: 'invitationId', format: 'uuid', example: '019aa3a4-11aa-7c2d-9e3f-405162738495' };

@ApiTags('workspaces')
@Controller({ path: 'workspaces/:id/invitations', version: '1' })
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Get()
  @Access('members:write', { workspace: 'id' })
  @ApiOperation({ summary: 'List invitations', description: 'Invitations that were neither accepted nor revoked, newest first.' })
  @ApiParam(WORKSPACE_ID)
  @ApiOkResponse({ type: InvitationPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.malformed_request, commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InvitationPageDto> {
    return toPage(await this.invitations.list(actor, toPageRequest(query)), toInvitation, request, reply);
  }

  @Post()
  @Access('members:write', { workspace: 'id' })
  @Idempotent()
  @ApiOperation({
    summary: 'Invite somebody',
    description: 'Sends a letter with a link that is good for 7 days. Takes the place of an open invitation to the same address.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiCreatedResponse({ type: InvitationDto, description: 'The letter is on its way.' })
  @ApiProblems(
    workspacesErrors.already_member,
    workspacesErrors.too_many_invitations,
    workspacesErrors.personal_workspace,
    commonErrors.too_many_requests,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async invite(@CurrentActor() actor: Actor, @Body() body: InviteDto): Promise<InvitationDto> {
    return toInvitation(await this.invitations.invite(actor, body));
  }

  @Delete(':invitationId')
  @Access('members:write', { workspace: 'id' })
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an invitation', description: 'Makes the link of an open invitation worthless.' })
  @ApiParam(WORKSPACE_ID)
  @ApiParam(INVITATION_ID)
  @ApiNoContentResponse({ description: 'It is revoked.' })
  @ApiProblems(workspacesErrors.invitation_not_found, commonErrors.malformed_request)
  async revoke(@CurrentActor() actor: Actor, @Param('invitationId', ParseUUIDPipe) invitationId: string): Promise<void> {
    await this.invitations.revoke(actor, invitationId);
  }
}

@ApiTags('workspaces')
@Controller({ path: 'invitations', version: '1' })
export class AcceptInvitationController {
  constructor(private readonly invitations: InvitationsService) {}

  @Post('accept')
  @Access('workspaces:join')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Accept an invitation',
    description: 'Joins the workspace of an invitation that was sent to your verified address. Doing it again changes nothing.',
  })
  @ApiOkResponse({ type: WorkspaceDto, description: 'The workspace you belong to now.' })
  @ApiProblems(
    workspacesErrors.invitation_not_found,
    workspacesErrors.invitation_expired,
    workspacesErrors.invitation_used,
    workspacesErrors.invitation_for_other_address,
    workspacesErrors.invitation_wants_verified_email,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async accept(@CurrentActor() actor: Actor, @Body() { token }: AcceptInvitationDto): Promise<WorkspaceDto> {
    return toWorkspace(await this.invitations.accept(actor, token));
  }
}
