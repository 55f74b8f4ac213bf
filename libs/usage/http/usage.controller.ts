import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Access, type Actor, CurrentActor } from '#identity/http';
import { AlsoWhenSpent } from '#quota/http';
import { type UsageFormat, writeUsage } from '../usage-export.js';
import { UsageReports } from '../usage-reports.service.js';
import {
  MonthlyReportDto,
  toMonth,
  toMonthlyReport,
  toSpan,
  toUsage,
  UsageDto,
  UsageExportQueryDto,
  UsageQueryDto,
  UsageRowDto,
} from './dto/usage.dto.js';

const CONTENT_TYPES: Record<UsageFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

@ApiTags('usage')
@Controller({ path: 'usage', version: '1' })
@AlsoWhenSpent()
export class UsageController {
  constructor(private readonly reports: UsageReports) {}

  @Get()
  @Access('usage:read')
  @ApiOperation({
    summary: 'See what was used and what it cost',
    description: 'What the workspace had providers do, and what that cost; as it is now, to the last call.',
  })
  @ApiOkResponse({ type: UsageDto, description: 'Sums of the days.' })
  @ApiProblems(commonErrors.validation_failed)
  async read(@CurrentActor() actor: Actor, @Query() query: UsageQueryDto): Promise<UsageDto> {
    return toUsage(await this.reports.sums(actor.workspaceId, toSpan(query), query.groupBy ?? []));
  }

  @Get('reports/:month')
  @Access('usage:read')
  @ApiOperation({ summary: 'Read the report of a month', description: 'A month by day, member, API key, and model.' })
  @ApiParam({ name: 'month', example: '2026-03' })
  @ApiOkResponse({ type: MonthlyReportDto, description: 'The report.' })
  @ApiProblems(commonErrors.validation_failed)
  async report(@CurrentActor() actor: Actor, @Param('month') month: string): Promise<MonthlyReportDto> {
    return toMonthlyReport(await this.reports.month(actor.workspaceId, toMonth(month)));
  }

  @Get('export')
  @Access('usage:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Get the usage as a file', description: 'A row for each day, member, key, provider and model.' })
  @ApiExtraModels(UsageRowDto)
  @ApiOkResponse({
    description: 'The file.',
    content: {
      'text/csv': {
        schema: { type: 'string' },
        example:
          'day,userId,apiKeyId,providerKeyId,installationKeyId,provider,model,calls,failed,audioSeconds,inputTokens,outputTokens,costMicroDollars,unknownCostCalls\r\n2026-03-02,019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a,,,0b6a5b43-7a54-5b0c-9d0e-6f5a1b2c3d4e,openai,whisper-1,4,0,1205.48,0,0,120548,0\r\n',
      },
      'application/json': {
        schema: { type: 'array', items: { $ref: getSchemaPath(UsageRowDto) } },
      },
    },
  })
  @ApiProblems(commonErrors.validation_failed)
  async export(
    @CurrentActor() actor: Actor,
    @Query() query: UsageExportQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { format = 'json' } = query;
    const { from, to, groups } = await this.reports.everything(actor.workspaceId, toSpan(query));
    void reply.headers({
      'content-type': CONTENT_TYPES[format],
      'content-disposition': `attachment; filename="usage-${from}-${to}.${format}"`,
    });
    return writeUsage(format, groups);
  }
}
