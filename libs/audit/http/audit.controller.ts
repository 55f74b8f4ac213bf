import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Access, type Actor, auditActorOf, CurrentActor } from '#identity/http';
import { toPage, toPageRequest } from '#paging/http';
import { type ExportFormat, toAuditRow } from '../audit-export.js';
import { AuditTrail } from '../audit-trail.service.js';
import { AuditEntryDto, AuditPageDto, AuditQueryDto, toAuditFilter } from './dto/audit-entry.dto.js';

const CONTENT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

@ApiTags('workspaces')
@Controller({ path: 'workspaces/:id/audit-log', version: '1' })
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  @Get()
  @Access('audit:read', { workspace: 'id' })
  @ApiOperation({
    summary: 'Read what was done in a workspace',
    description:
      'What was done in the workspace that matters to security, newest first: a page, or everything as a file. Nobody can change it.',
  })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f', description: 'The workspace.' })
  @ApiExtraModels(AuditPageDto, AuditEntryDto)
  @ApiOkResponse({
    description: 'One page; with `format` a file with every record.',
    content: {
      'application/json': {
        schema: {
          oneOf: [{ $ref: getSchemaPath(AuditPageDto) }, { type: 'array', items: { $ref: getSchemaPath(AuditEntryDto) } }],
        },
      },
      'text/csv': {
        schema: { type: 'string' },
        example:
          'id,at,action,actorKind,actorId,actorName,targetKind,targetId,details,address,device,requestId\r\n019aa3a5-22bb-7d3e-8f40-516273849506,2026-11-21T09:00:00.000Z,member.role_changed,user,019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a,Ada Lovelace,user,019aa3a0-7000-7d10-8a55-0f1e2d3c4b5b,"{""role"":""admin""}",203.0.113.7,,\r\n',
      },
    },
  })
  @ApiProblems(commonErrors.malformed_request, commonErrors.validation_failed)
  async read(
    @CurrentActor() actor: Actor,
    @Query() query: AuditQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditPageDto | Readable> {
    const filter = toAuditFilter(query);
    if (query.format === undefined)
      return toPage(await this.trail.list(actor.workspaceId, filter, toPageRequest(query)), toAuditRow, request, reply);
    const reader = { workspaceId: actor.workspaceId, actor: auditActorOf(actor) };
    const text = await this.trail.export(reader, filter, query.format);
    void reply.headers({
      'content-type': CONTENT_TYPES[query.format],
      'content-disposition': `attachment; filename="audit-log.${query.format}"`,
    });
    return Readable.from(text, { objectMode: false });
  }
}
