import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { audioErrors } from '#audio';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Access, type Actor, CurrentActor } from '#identity/http';
import { providerKeyErrors } from '#provider-keys';
import { speechErrors } from '#speech';
import { Estimates } from '../estimates.js';
import { transcriptionErrors } from '../transcription.errors.js';
import { EstimateDto, EstimateOrderDto, toEstimate, toEstimated } from './dto/estimate.dto.js';

@ApiTags('transcriptions')
@Controller({ path: 'transcriptions/estimate', version: '1' })
export class EstimateController {
  constructor(private readonly estimates: Estimates) {}

  @Post()
  @Access('transcriptions:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Estimate a transcription',
    description:
      'What an order would cost, whether the quotas allow it, and how long it would take. Orders nothing and sets nothing aside.',
  })
  @ApiBody({
    type: EstimateOrderDto,
    examples: {
      recording: { summary: 'A recording that is here', value: { audioId: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' } },
      seconds: { summary: 'Half an hour', value: { seconds: 1_800, provider: 'openai' } },
    },
  })
  @ApiOkResponse({ type: EstimateDto, description: 'The estimate.' })
  @ApiProblems(
    audioErrors.audio_not_found,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
    ...Object.values(speechErrors),
    providerKeyErrors.provider_key_rejected,
    transcriptionErrors.channels_unsuitable,
  )
  async estimate(@CurrentActor() actor: Actor, @Body() order: EstimateOrderDto): Promise<EstimateDto> {
    return toEstimate(await this.estimates.of(actor.workspaceId, toEstimated(order), order));
  }
}
