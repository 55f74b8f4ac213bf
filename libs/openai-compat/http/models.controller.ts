import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { ModelsService } from '../models.service.js';
import { openAiErrors } from '../openai-compat.errors.js';
import { OpenAiModelDto, OpenAiModelListDto } from './dto/answers.dto.js';

@ApiTags('openai')
@Controller('v1/models')
export class OpenAiModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'List models, as OpenAI does',
    description: "Every name a request may use, those of the workspace's own keys among them.",
  })
  @ApiOkResponse({ type: OpenAiModelListDto, description: 'The models.' })
  async list(@CurrentActor() { workspaceId }: Actor): Promise<OpenAiModelListDto> {
    return { object: 'list', data: await this.models.list(workspaceId) };
  }

  @Get(':model')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Look at a model, as OpenAI does',
    description: 'One model. A name with a slash is written with %2F.',
  })
  @ApiParam({ name: 'model', example: 'whisper-1' })
  @ApiOkResponse({ type: OpenAiModelDto, description: 'The model.' })
  @ApiProblems(openAiErrors.model_not_found)
  async get(@CurrentActor() { workspaceId }: Actor, @Param('model') name: string): Promise<OpenAiModelDto> {
    return this.models.get(workspaceId, name);
  }
}
