import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { NumberedPageQueryDto, PageDto } from '#paging/http';
import type { ExcerptPiece } from '../../search/excerpt.js';
import type { FoundTranscript } from '../../search/transcript-search.js';
import { toTranscriptionSummary, TranscriptionSummaryDto } from './transcription.dto.js';

/** What to search for. */
export class SearchQueryDto extends NumberedPageQueryDto {
  @ApiProperty({
    minLength: 1,
    maxLength: 200,
    example: 'budget "next quarter" -draft',
    description: 'All of the words, whatever their case; `"these together"`, `this or that`, `-not this`.',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  q!: string;
}

/** A piece of an excerpt. */
export class ExcerptPieceDto implements ExcerptPiece {
  @ApiProperty({ example: 'budget' })
  text!: string;

  @ApiProperty({ example: true, description: 'Whether it was searched for.' })
  match!: boolean;
}

/** A transcript that was found: all but its text. */
export class FoundTranscriptDto extends TranscriptionSummaryDto {
  @ApiProperty({ example: 0.0608, description: 'How well it fits; only to be compared within one answer.' })
  rank!: number;

  @ApiProperty({
    type: [ExcerptPieceDto],
    description: 'The first places in the text, to be shown one piece after the other.',
    example: [
      { text: 'we went through the ', match: false },
      { text: 'budget', match: true },
      { text: ' line by line', match: false },
    ],
  })
  excerpt!: ExcerptPieceDto[];
}

/** A page of what was found. */
export class FoundTranscriptPageDto extends PageDto {
  @ApiProperty({ type: [FoundTranscriptDto] })
  data!: FoundTranscriptDto[];
}

/** As clients have it. */
export function toFoundTranscript({ transcription, rank, excerpt }: FoundTranscript): FoundTranscriptDto {
  return { ...toTranscriptionSummary(transcription), rank, excerpt };
}
