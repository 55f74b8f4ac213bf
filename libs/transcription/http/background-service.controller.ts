import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { BackgroundService } from '../background-service.js';
import { BackgroundServiceDto, ProcessedDto, toBackgroundService } from './dto/background-service.dto.js';

@ApiTags('meetings')
@Controller({ path: 'meetings/transcription', version: '1' })
export class BackgroundServiceController {
  constructor(private readonly service: BackgroundService) {}

  @Get('status')
  @Access('platform:processing')
  @ApiOperation({
    summary: 'Look at the background service',
    description: 'What waits, who works on it, and what does not go on and why.',
  })
  @ApiOkResponse({ type: BackgroundServiceDto, description: 'How it stands.' })
  async status(): Promise<BackgroundServiceDto> {
    return toBackgroundService(await this.service.status());
  }

  @Post('start-background')
  @Access('platform:processing')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Start processing',
    description: 'Makes sure that the workers hear of all that is due. Harmless when they have.',
  })
  @ApiAcceptedResponse({ type: BackgroundServiceDto, description: 'How it stands now.' })
  async start(@CurrentActor() actor: Actor): Promise<BackgroundServiceDto> {
    return toBackgroundService(await this.service.start(actor));
  }

  @Post('restart-background')
  @Access('platform:processing')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Restart processing',
    description:
      'Every worker stops what it does, hands it back and begins anew. Nothing counts as failed; calls to providers may be paid twice.',
  })
  @ApiAcceptedResponse({ type: BackgroundServiceDto, description: 'How it stands now; the workers obey within seconds.' })
  async restart(@CurrentActor() actor: Actor): Promise<BackgroundServiceDto> {
    return toBackgroundService(await this.service.restart(actor));
  }

  @Post('process-all')
  @Access('platform:processing')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Process all that is pending',
    description: 'All that waits is done now: also what waits for its next try, and what had failed by a fault of the service.',
  })
  @ApiAcceptedResponse({ type: ProcessedDto, description: 'What was set going.' })
  async processAll(@CurrentActor() actor: Actor): Promise<ProcessedDto> {
    return this.service.processAll(actor);
  }
}
