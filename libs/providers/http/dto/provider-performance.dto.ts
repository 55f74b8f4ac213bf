import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import type { CallFigures } from '#transcription';
import { PROVIDER } from './provider.dto.js';

const DEFAULT_DAYS = 7;
const MOST_DAYS = 366;

export class PerformanceQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    example: 7,
    default: DEFAULT_DAYS,
    minimum: 1,
    maximum: MOST_DAYS,
    description: 'How far back, in days of 24 hours.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_DAYS)
  days = DEFAULT_DAYS;
}

class LatencyDto {
  @ApiProperty({ example: 1840, description: 'Half of the answers came within as many milliseconds.' })
  p50!: number;

  @ApiProperty({ example: 5210, description: 'Nineteen of twenty answers came within as many.' })
  p95!: number;
}

/** How calls to a model went. */
class ModelPerformanceDto {
  @ApiProperty(PROVIDER)
  provider!: string;

  @ApiProperty({ example: 'whisper-large-v3-turbo' })
  model!: string;

  @ApiProperty({ example: 120, description: 'All of them.' })
  calls!: number;

  @ApiProperty({ example: 2, description: 'Those that were cut off because nobody wanted the answer any more.' })
  cancelled!: number;

  @ApiProperty({ example: 6, description: 'Those that failed otherwise.' })
  failed!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { rate_limited: 4, unavailable: 2 },
    description: 'These by their reason.',
  })
  failedByKind!: Record<string, number>;

  @ApiProperty({ type: Number, nullable: true, example: 0.0508, description: 'Share of failed calls, without the cut off ones.' })
  errorRate!: number | null;

  @ApiProperty({ type: LatencyDto, nullable: true, description: 'Of the answered calls; null without any.' })
  latencyMs!: LatencyDto | null;

  @ApiProperty({ example: 33_600, description: 'Seconds of sound in the answered calls.' })
  audioSeconds!: number;

  @ApiProperty({ type: Number, nullable: true, example: 92.4, description: 'Seconds of sound heard in a second of waiting.' })
  timesRealTime!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 373_520,
    description: 'Millionths of a US dollar. null: the price is not known.',
  })
  costMicroDollars!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 40_020, description: 'The same for an hour of sound.' })
  microDollarsPerHour!: number | null;
}

export class ProvidersPerformanceDto {
  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:00.000Z', description: 'Calls from then on are counted.' })
  since!: string;

  @ApiProperty({ type: [ModelPerformanceDto] })
  models!: ModelPerformanceDto[];
}

export function toPerformance({ since, models }: { since: Date; models: CallFigures[] }): ProvidersPerformanceDto {
  return { since: since.toISOString(), models: models.map(toModelPerformance) };
}

function toModelPerformance({ latency, ...figures }: CallFigures): ModelPerformanceDto {
  const ended = figures.calls - figures.cancelled;
  const errorRate = ended === 0 ? null : rounded(figures.failed / ended, 4);
  const { timesRealTime } = figures;
  return {
    ...figures,
    errorRate,
    latencyMs: latency,
    timesRealTime: timesRealTime === null ? null : rounded(timesRealTime, 1),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
