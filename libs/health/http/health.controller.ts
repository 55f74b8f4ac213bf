import { Controller, Get, Headers, HttpStatus, Query, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, Unlimited } from '#access';
import { commonErrors, FieldError } from '#errors';
import { ApiProblems } from '#errors/http';
import { Metrics, METRICS_TYPE, Readiness } from '#observability';
import { FiguresAccess } from '../figures-access.js';
import { healthErrors } from '../health.errors.js';
import { HealthReports } from '../health-reports.js';
import { CheckDto, HealthDto, HealthQueryDto, LiveDto, ProvidersStandingDto, ReadyDto } from './health.dto.js';

const CLOSED = 'Behind METRICS_TOKEN where one is set, as `Authorization: Bearer`; closed in production until one is.';

/** Probes and figures. `live` says that the process runs and needs nothing else; `ready` that it can serve. */
@ApiTags('health')
@Controller({ version: VERSION_NEUTRAL })
@Unlimited()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly reports: HealthReports,
    private readonly access: FiguresAccess,
    private readonly metrics: Metrics,
  ) {}

  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Is the process alive', description: 'Answers as long as the process runs.' })
  @ApiOkResponse({ type: LiveDto, description: 'It is.' })
  live(): LiveDto {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({
    summary: 'Is the service ready',
    description: 'Whether requests can be served: the database and the store answer, and a worker ran a job lately.',
  })
  @ApiExtraModels(CheckDto)
  @ApiOkResponse({ type: ReadyDto, description: 'Ready.' })
  @ApiResponse({ status: 503, type: ReadyDto, description: 'Not ready; `checks` says why.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadyDto> {
    const report = await this.readiness.report();
    if (!report.ready) void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }

  /** How the process does, in short or in detail. */
  @Get('health')
  @Public()
  @ApiOperation({
    summary: 'How the service does',
    description: `The details (checks, queues, workers, providers, memory): ${CLOSED} Also at /api/v1/health.`,
  })
  @ApiOkResponse({ type: HealthDto, description: 'It does its work.' })
  @ApiResponse({ status: 503, type: HealthDto, description: 'Something it needs does not work; the details say what.' })
  @ApiProblems(healthErrors.figures_closed, commonErrors.validation_failed)
  async health(
    @Query() { detailed }: HealthQueryDto,
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthDto> {
    if (detailed === true) this.access.refuseUnlessAllowed(authorization);
    const report = detailed === true ? await this.reports.detailed() : await this.reports.health();
    if (report.status === 'failing') void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }

  /** Circuits and keys of every provider that is configured. */
  @Get('health/providers')
  @Public()
  @ApiOperation({ summary: 'How providers do, for the installation', description: `${CLOSED} Also at /api/v1/health/providers.` })
  @ApiOkResponse({ type: ProvidersStandingDto, description: 'Every provider the installation has keys of.' })
  @ApiProblems(healthErrors.figures_closed)
  async providers(@Headers('authorization') authorization: string | undefined): Promise<ProvidersStandingDto> {
    this.access.refuseUnlessAllowed(authorization);
    return { providers: await this.reports.providers() };
  }

  /** Figures for Prometheus. */
  @Get('health/metrics')
  @Public()
  @ApiOperation({ summary: 'Figures for Prometheus', description: `${CLOSED} Also at /api/v1/health/metrics.` })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'The text format of Prometheus, version 0.0.4; docs/observability.md names every figure.',
    schema: { type: 'string', example: '# TYPE steno_workers gauge\nsteno_workers 2\n' },
  })
  @ApiProblems(healthErrors.figures_closed, healthErrors.metrics_off)
  async figures(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    this.access.refuseUnlessAllowed(authorization);
    const text = await this.metrics.text();
    if (text === null) throw new FieldError(healthErrors.metrics_off, healthErrors.metrics_off.example);
    void reply.header('content-type', METRICS_TYPE);
    return text;
  }
}
