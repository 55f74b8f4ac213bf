import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Patch, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { PageQueryDto, toPage, toPageRequest } from '#paging/http';
import { MembersService } from '../members.service.js';
import { workspacesErrors } from '../workspaces.errors.js';
import { ChangeRoleDto, MemberDto, MemberPageDto, toMember } from './dto/member.dto.js';
import { WORKSPACE_ID } from './path-ids.js';

const USER_ID = { name: 'userId', format: 'uuid', example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a', description: 'The member.' };

@ApiTags('workspaces')
@Controller({ path: 'workspaces/:id/members', version: '1' })
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @Access('members:read', { workspace: 'id' })
  @ApiOperation({
    summary: 'List the members of a workspace',
    description: 'Who belongs to the workspace, newest accounts first.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiOkResponse({ type: MemberPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.malformed_request, commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MemberPageDto> {
    return toPage(await this.members.list(actor, toPageRequest(query)), toMember, request, reply);
  }

  @Patch(':userId')
  @Access('members:write', { workspace: 'id' })
  @ApiOperation({
    summary: "Change a member's role",
    description: 'Gives a member another role, from the next request on. Nobody gives or takes a role above their own.',
  })
  @ApiParam(WORKSPACE_ID)
  @ApiParam(USER_ID)
  @ApiOkResponse({ type: MemberDto, description: 'The member as it is now.' })
  @ApiProblems(
    workspacesErrors.member_not_found,
    workspacesErrors.role_above_yours,
    workspacesErrors.last_owner,
    workspacesErrors.personal_workspace,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async changeRole(
    @CurrentActor() actor: Actor,
    @Param('userId', ParseUUIDPipe) userId: string,
    @Body() { role }: ChangeRoleDto,
  ): Promise<MemberDto> {
    return toMember(await this.members.changeRole(actor, userId, role));
  }

  @Delete(':userId')
  @Access('membership:end', { workspace: 'id' })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Leave a workspace, or remove a member',
    description:
      "Ends a membership: your own (you leave), or as admin or owner another's. What was ordered goes on; it is the workspace's.",
  })
  @ApiParam(WORKSPACE_ID)
  @ApiParam(USER_ID)
  @ApiNoContentResponse({ description: 'The membership has ended.' })
  @ApiProblems(
    workspacesErrors.member_not_found,
    workspacesErrors.role_above_yours,
    workspacesErrors.last_owner,
    workspacesErrors.personal_workspace,
    commonErrors.malformed_request,
  )
  async remove(@CurrentActor() actor: Actor, @Param('userId', ParseUUIDPipe) userId: string): Promise<void> {
    await this.members.remove(actor, userId);
  }
}
