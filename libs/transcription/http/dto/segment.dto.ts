import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import type { TranscriptSegment } from '#database';
import { PageDto } from '#paging/http';

/** How many lines came before, written so that nobody is tempted to reckon with it. */
const CURSOR = /^after-(\d{1,7})$/;

/** The query of segments. */
export class SegmentsQueryDto {
  @ApiPropertyOptional({ description: 'nextCursor of the page before.' })
  @IsOptional()
  @IsString()
  @Matches(CURSOR, { message: 'cursor must be the nextCursor of an earlier answer' })
  cursor?: string;

  @ApiPropertyOptional({ minimum: 1, default: 1, example: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 20, example: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;
}

/** A word of a segment. */
export class WordDto {
  @ApiProperty({ example: 0.52 })
  start!: number;

  @ApiProperty({ example: 0.8 })
  end!: number;

  @ApiProperty({ example: 'good' })
  text!: string;

  @ApiProperty({ type: Number, nullable: true, example: 0.93, description: '0 to 1, when the engine says.' })
  confidence!: number | null;
}

/** A line of the transcript. */
export class SegmentDto {
  @ApiProperty({ example: 0, description: 'From 0, in the order of speech.' })
  index!: number;

  @ApiProperty({ example: 0.5, description: 'Seconds from the start of the recording.' })
  start!: number;

  @ApiProperty({ example: 3.2 })
  end!: number;

  @ApiProperty({ example: 'good morning everyone' })
  text!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  speaker!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0,
    description: 'From 0, where channels were transcribed apart; their lines may overlap.',
  })
  channel!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 0.87 })
  confidence!: number | null;

  @ApiProperty({ type: [WordDto] })
  words!: WordDto[];
}

/** A page of segments. */
export class SegmentPageDto extends PageDto {
  @ApiProperty({ type: [SegmentDto] })
  data!: SegmentDto[];
}

/** A line. */
export function toSegment({ index, start, end, text, speaker, channel, confidence, words }: TranscriptSegment): SegmentDto {
  return { index, start, end, text, speaker, channel, confidence, words };
}

/** A page of lines; a cursor goes before a page's number. */
export function toSegmentSpan({ cursor, page = 1, limit = 20 }: SegmentsQueryDto): { skip: number; take: number } {
  const after = CURSOR.exec(cursor ?? '')?.[1];
  return { skip: after === undefined ? (page - 1) * limit : Number(after), take: limit };
}

/** The answer of segments. */
export function toSegmentPage(
  items: TranscriptSegment[],
  total: number,
  { skip, take }: { skip: number; take: number },
): SegmentPageDto {
  const next = skip + items.length;
  return {
    data: items.map(toSegment),
    total,
    page: Math.floor(skip / take) + 1,
    limit: take,
    totalPages: Math.ceil(total / take),
    nextCursor: items.length > 0 && next < total ? `after-${next}` : null,
  };
}
