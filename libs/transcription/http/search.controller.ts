import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { toPageRequest } from '#paging/http';
import { TranscriptSearch } from '../search/transcript-search.js';
import { FoundTranscriptPageDto, SearchQueryDto, toFoundTranscript } from './dto/search.dto.js';

@ApiTags('transcriptions')
@Controller({ path: 'search', version: '1' })
export class SearchController {
  constructor(private readonly search: TranscriptSearch) {}

  @Get()
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Search transcripts',
    description: 'Transcripts of the workspace by the words said in them; those that fit best come first. Pages go by number.',
  })
  @ApiOkResponse({ type: FoundTranscriptPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async find(@CurrentActor() actor: Actor, @Query() { q, ...query }: SearchQueryDto): Promise<FoundTranscriptPageDto> {
    const { items, total, page, limit } = await this.search.find(actor.workspaceId, q, toPageRequest(query));
    return { data: items.map(toFoundTranscript), total, page, limit, totalPages: Math.ceil(total / limit), nextCursor: null };
  }
}
