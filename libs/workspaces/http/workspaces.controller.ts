import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import { type Actor, identityErrors } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { toPage, toPageRequest } from '#paging/http';
import { speechErrors } from '#speech';
import { MembersService } from '../members.service.js';
import { workspacesErrors } from '../workspaces.errors.js';
import { WorkspacesService } from '../workspaces.service.js';
import { MemberDto, toMember } from './dto/member.dto.js';
import {
  toWorkspace,
  toWorkspaceChange,
  TransferOwnershipDto,
  WorkspaceChangeDto,
  WorkspaceDto,
  WorkspaceListQueryDto,
  WorkspaceNameDto,
  WorkspacePageDto,
} from './dto/workspace.dto.js';
import { WORKSPACE_ID } from './path-ids.js';

@ApiTags('workspaces')
@Controller({ path: 'workspaces', version: '1' })
export class WorkspacesController {
  constructor(
    private readonly workspaces: WorkspacesService,
    private readonly members: MembersService,
  ) {}

  @Get()
  @Access('workspace:read')
  @ApiOperation({
    summary: 'List your workspaces',
    description: 'The workspaces you belong to, with your role in each, newest first. A key sees its own.',
  })
  @ApiOkResponse({ type: WorkspacePageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: WorkspaceListQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspacePageDto> {
    return toPage(await this.workspaces.list(actor, toPageRequest(query), query.deleted ?? false), toWorkspace, request, reply);
  }

  @Post()
  @Access('workspaces:join')
  @Idempotent()
  @ApiOperation({ summary: 'Create a workspace', description: 'Makes a workspace for a team. You are its owner.' })
  @ApiCreatedResponse({ type: WorkspaceDto, description: 'Yours.' })
  @ApiProblems(commonErrors.malformed_request, commonErrors.validation_failed)
  async create(
    @CurrentActor() actor: Actor,
    @Body() { name }: WorkspaceNameDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceDto> {
    const workspace = await this.workspaces.create(actor, name);
    void reply.header('location', `/api/v1/workspaces/${workspace.id}`);
    return toWorkspace(workspace);
  }

  @Get(':id')
  @Access('workspace:read', { workspace: 'id' })
  @ApiOperation({ summary: 'Look at a workspace', description: 'The workspace, and your role in it.' })
  @ApiParam(WORKSPACE_ID)
  @ApiOkResponse({ type: WorkspaceDto, description: 'The workspace.' })
  @ApiProblems(commonErrors.malformed_request)
  async get(@CurrentActor() actor: Actor): Promise<WorkspaceDto> {
    return toWorkspace(await this.workspaces.get(actor));
  }

  @Patch(':id')
  @Access('workspace:write', { workspace: 'id' })
  @ApiOperation({
    summary: 'Change a workspace: its name, its time zone, how long it keeps things, who transcribes',
    description: 'Changes what is given; all else stays.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiOkResponse({ type: WorkspaceDto, description: 'As it is now.' })
  @ApiProblems(
    workspacesErrors.timezone_unknown,
    speechErrors.contradictory_choice,
    speechErrors.provider_not_configured,
    speechErrors.unknown_model,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async change(@CurrentActor() actor: Actor, @Body() change: WorkspaceChangeDto): Promise<WorkspaceDto> {
    return toWorkspace(await this.workspaces.change(actor, toWorkspaceChange(change)));
  }

  @Delete(':id')
  @Access('workspace:own', { workspace: 'id' })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a workspace',
    description:
      'Takes the workspace away from everybody at once. Its work stops; its owners can restore it for 30 days, then all it holds is deleted.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiNoContentResponse({ description: 'It is gone for everybody; GET workspaces?deleted=true shows it to its owners.' })
  @ApiProblems(workspacesErrors.personal_workspace, commonErrors.malformed_request)
  async remove(@CurrentActor() actor: Actor): Promise<void> {
    await this.workspaces.remove(actor);
  }

  @Post(':id/restore')
  @Access('workspaces:join')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Restore a deleted workspace',
    description:
      'Gives a deleted workspace back to all its members; its work goes on. Only for its owners, and only within the time.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiOkResponse({ type: WorkspaceDto, description: 'It is back.' })
  @ApiProblems(identityErrors.workspace_not_found, commonErrors.malformed_request)
  async restore(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<WorkspaceDto> {
    return toWorkspace(await this.workspaces.restore(actor, id));
  }

  @Post(':id/transfer-ownership')
  @Access('workspace:own', { workspace: 'id' })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a workspace to another member',
    description: 'Makes another member the owner in your place. You stay as admin.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiOkResponse({ type: MemberDto, description: 'The new owner.' })
  @ApiProblems(
    workspacesErrors.member_not_found,
    workspacesErrors.already_owner,
    workspacesErrors.personal_workspace,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async transferOwnership(@CurrentActor() actor: Actor, @Body() { userId }: TransferOwnershipDto): Promise<MemberDto> {
    return toMember(await this.members.transferOwnership(actor, userId));
  }
}
