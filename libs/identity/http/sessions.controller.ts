import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { PageQueryDto, toPage, toPageRequest } from '#paging/http';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { SessionsService } from '../sessions.service.js';
import { Access, CurrentActor } from './access.decorators.js';
import { SessionPageDto, toSession } from './dto/session.dto.js';

@ApiTags('auth')
@Controller({ path: 'auth/sessions', version: '1' })
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @Access('account:manage')
  @ApiOperation({ summary: 'List your sessions', description: 'The devices you are signed in on, newest first.' })
  @ApiOkResponse({ type: SessionPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionPageDto> {
    return toPage(await this.sessions.list(actor, toPageRequest(query)), toSession, request, reply);
  }

  @Delete(':id')
  @Access('account:manage')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a session',
    description: 'Signs one of your devices out; its tokens are refused from the next request on.',
  })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f' })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  @ApiProblems(identityErrors.session_not_found, commonErrors.malformed_request)
  async end(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.sessions.end(actor, id);
  }
}
