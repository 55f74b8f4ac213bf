import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { type CaptionRules, USUAL_RULES } from '../../formats/captions/caption-rules.js';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from '../../formats/transcript-formats.js';
import { FormBoolean } from './form-fields.js';

/** The query of an export: the format, and what captions (srt, vtt) keep to. */
export class ExportQueryDto {
  @ApiPropertyOptional({ enum: TRANSCRIPT_FORMATS, default: 'json', example: 'srt' })
  @IsOptional()
  @IsIn(TRANSCRIPT_FORMATS)
  format?: TranscriptFormat;

  @ApiPropertyOptional({
    minimum: 10,
    maximum: 200,
    default: USUAL_RULES.maxLineLength,
    example: 42,
    description: 'srt, vtt: characters of a line; a wide one (Chinese, Japanese, Korean) counts as two. Words are never cut.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(10)
  @Max(200)
  maxLineLength?: number;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: 4,
    default: USUAL_RULES.maxLines,
    example: 2,
    description: 'srt, vtt: lines of a caption.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(4)
  maxLines?: number;

  @ApiPropertyOptional({
    minimum: 5,
    maximum: 60,
    default: USUAL_RULES.readingSpeed,
    example: 17,
    description: 'srt, vtt: characters a second that people can read. Captions stand longer for it where there is time.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(5)
  @Max(60)
  readingSpeed?: number;

  @ApiPropertyOptional({
    minimum: 0.1,
    maximum: 3,
    default: USUAL_RULES.minSeconds,
    example: 1,
    description: 'srt, vtt: seconds a caption stands at least.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0.1)
  @Max(3)
  minDuration?: number;

  @ApiPropertyOptional({
    minimum: 3,
    maximum: 30,
    default: USUAL_RULES.maxSeconds,
    example: 6,
    description: 'srt, vtt: seconds a caption stands at most.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(3)
  @Max(30)
  maxDuration?: number;

  @ApiPropertyOptional({
    minimum: 0,
    maximum: 1,
    default: USUAL_RULES.minGap,
    example: 0.1,
    description: 'srt, vtt: seconds without a caption between two.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  minGap?: number;

  @ApiPropertyOptional({
    default: USUAL_RULES.speakers,
    example: false,
    description: 'srt, vtt: whether a new speaker is named.',
  })
  @IsOptional()
  @FormBoolean()
  @IsBoolean()
  speakers?: boolean;
}

/** What captions keep to: what was asked for, else what is usual. */
export function toCaptionRules(query: ExportQueryDto): CaptionRules {
  const { maxLineLength, maxLines, readingSpeed, minDuration, maxDuration, minGap, speakers } = query;
  return {
    maxLineLength: maxLineLength ?? USUAL_RULES.maxLineLength,
    maxLines: maxLines ?? USUAL_RULES.maxLines,
    readingSpeed: readingSpeed ?? USUAL_RULES.readingSpeed,
    minSeconds: minDuration ?? USUAL_RULES.minSeconds,
    maxSeconds: maxDuration ?? USUAL_RULES.maxSeconds,
    minGap: minGap ?? USUAL_RULES.minGap,
    speakers: speakers ?? USUAL_RULES.speakers,
  };
}
