import { Controller, Get, HttpStatus, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, Unlimited } from '#access';
import { Readiness } from '#observability';
import { CheckDto, LiveDto, ReadyDto } from './health.dto.js';

/** Probes. `live` says that the process runs and needs nothing else; `ready` that it can serve. */
@ApiTags('health')
@Controller({ version: VERSION_NEUTRAL })
@Unlimited()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Answers as long as the process runs. */
  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Is the process alive' })
  @ApiOkResponse({ type: LiveDto, description: 'It is.' })
  live(): LiveDto {
    return { status: 'live' };
  }

  /** Whether requests can be served: the database and the store answer, and a worker ran a job lately. */
  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Is the service ready' })
  @ApiExtraModels(CheckDto)
  @ApiOkResponse({ type: ReadyDto, description: 'Ready.' })
  @ApiResponse({ status: 503, type: ReadyDto, description: 'Not ready; `checks` says why.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadyDto> {
    const report = await this.readiness.report();
    if (!report.ready) void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }
}
