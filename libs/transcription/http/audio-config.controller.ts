import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { AudioCapabilities } from '../audio-capabilities.service.js';
import { AudioFormatsDto, AudioHealthDto, AudioLanguagesDto } from './dto/audio-config.dto.js';

@ApiTags('audio')
@Controller({ path: 'audio/config', version: '1' })
export class AudioConfigController {
  constructor(private readonly capabilities: AudioCapabilities) {}

  @Get('languages')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'List the languages that can be transcribed',
    description: "The languages that the engines of this installation, and those of the workspace's own keys, understand.",
  })
  @ApiOkResponse({ type: AudioLanguagesDto, description: 'By name.' })
  async languages(@CurrentActor() actor: Actor): Promise<AudioLanguagesDto> {
    return { languages: await this.capabilities.languages(actor.workspaceId) };
  }

  @Get('formats')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'List the formats of recordings and transcripts',
    description: 'What recordings may be, and what transcripts can be had as.',
  })
  @ApiOkResponse({ type: AudioFormatsDto, description: 'Formats and limits.' })
  formats(): AudioFormatsDto {
    return this.capabilities.formats();
  }

  @Get('health')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Ask whether recordings can be transcribed',
    description: 'Whether recordings would be taken and transcribed now.',
  })
  @ApiOkResponse({ type: AudioHealthDto, description: 'What works, and what does not.' })
  async health(@CurrentActor() actor: Actor): Promise<AudioHealthDto> {
    return this.capabilities.health(actor.workspaceId);
  }
}
