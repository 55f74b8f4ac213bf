import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { ProvidersService } from '../providers.service.js';
import { ProvidersHealthDto, toProviderHealth } from './dto/provider-health.dto.js';
import { PerformanceQueryDto, ProvidersPerformanceDto, toPerformance } from './dto/provider-performance.dto.js';
import { ProvidersDto, toProvider } from './dto/provider.dto.js';

@ApiTags('providers')
@Controller({ path: 'providers', version: '1' })
export class ProvidersController {
  constructor(private readonly providers: ProvidersService) {}

  @Get()
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'List speech providers and their models',
    description:
      "Every provider there could be, those without a key too: their models, what each takes, can do and costs, and with whose key work is done. Prices are to reckon with; the provider's bill is the truth.",
  })
  @ApiOkResponse({ type: ProvidersDto, description: 'The preferred one first.' })
  async list(@CurrentActor() { workspaceId }: Actor): Promise<ProvidersDto> {
    return { providers: (await this.providers.list(workspaceId)).map(toProvider) };
  }

  @Get('health')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Ask how speech providers do',
    description: "How each provider does, told from its key and the workspace's calls of the last hour. Nobody is called for it.",
  })
  @ApiOkResponse({ type: ProvidersHealthDto, description: 'The preferred one first.' })
  async health(@CurrentActor() { workspaceId }: Actor): Promise<ProvidersHealthDto> {
    return { providers: (await this.providers.health(workspaceId)).map(toProviderHealth) };
  }

  @Get('performance')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Compare the models that were used',
    description: "How the workspace's calls of the last days went: failures, latency, speed and cost, by provider and model.",
  })
  @ApiOkResponse({ type: ProvidersPerformanceDto, description: 'By provider and model; those without calls are left out.' })
  @ApiProblems(commonErrors.validation_failed)
  async performance(
    @CurrentActor() { workspaceId }: Actor,
    @Query() { days }: PerformanceQueryDto,
  ): Promise<ProvidersPerformanceDto> {
    return toPerformance(await this.providers.performance(workspaceId, days));
  }
}
