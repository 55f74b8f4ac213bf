import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { QUOTA_RESOURCES, type QuotaResource } from '#database';
import { validationFailed } from '#errors/http';
import { shown } from '#quota';
import { type Estimate, type Estimated, fits } from '../../estimates.js';
import { TranscriptionOptionsDto } from './transcription-options.dto.js';

const LONGEST_SECONDS = 1_000_000;

/** What POST transcriptions/estimate takes: a recording or a length, and the options of an order. */
export class EstimateOrderDto extends TranscriptionOptionsDto {
  @ApiPropertyOptional({
    format: 'uuid',
    example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b',
    description: 'A recording of this workspace; or say how long one is with seconds.',
  })
  @IsOptional()
  @IsUUID(undefined, { message: 'audioId must be the id of a recording' })
  audioId?: string;

  @ApiPropertyOptional({
    example: 1_800,
    minimum: 0,
    maximum: LONGEST_SECONDS,
    description: 'Of sound, in place of a recording.',
  })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(LONGEST_SECONDS)
  seconds?: number;
}

/** What an order needs of one quota. */
export class NeededQuotaDto {
  @ApiProperty({ enum: QUOTA_RESOURCES, example: 'transcription' })
  resource!: QuotaResource;

  @ApiProperty({ example: 1_800, description: 'Seconds of sound.' })
  needed!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 474.52,
    description: 'Seconds that are left; null: as many as you like.',
  })
  left!: number | null;

  @ApiProperty({ example: false })
  fits!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-12-01T00:00:00.000Z' })
  resetAt!: string | null;
}

/** The answer of POST transcriptions/estimate. */
export class EstimateDto {
  @ApiProperty({ example: 'openai' })
  provider!: string;

  @ApiProperty({ example: 'whisper-1' })
  model!: string;

  @ApiProperty({
    example: 1_800,
    description:
      'Seconds of sound, of all channels that are transcribed apart together, as the file claims. What counts in the end is what decoding finds, without silence.',
  })
  seconds!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 180_000,
    description: 'Millionths of a US dollar by the price table; null: nobody knows the price, which is not the same as nothing.',
  })
  costMicroDollars!: number | null;

  @ApiProperty({ type: [NeededQuotaDto] })
  quotas!: NeededQuotaDto[];

  @ApiProperty({ example: false, description: 'Whether an order would be taken now.' })
  fits!: boolean;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 95,
    description: 'Seconds until the transcript would be there; null when nothing is known to reckon from.',
  })
  estimatedSecondsLeft!: number | null;
}

/** @throws FieldError validation_failed unless exactly one of the two says what is to be transcribed */
export function toEstimated({ audioId, seconds }: EstimateOrderDto): Estimated {
  if (audioId !== undefined && seconds === undefined) return { audioId };
  if (seconds !== undefined && audioId === undefined) return { seconds };
  throw validationFailed([{ path: 'audioId', message: 'audioId or seconds must be given, one of the two', code: 'one_of' }]);
}

export function toEstimate({ choice, seconds, costMicroDollars, quotas, fits: all, secondsLeft }: Estimate): EstimateDto {
  return {
    provider: choice.provider.id,
    model: choice.model.id,
    seconds,
    costMicroDollars,
    quotas: quotas.map(toNeeded),
    fits: all,
    estimatedSecondsLeft: secondsLeft,
  };
}

function toNeeded({ standing, needed }: Estimate['quotas'][number]): NeededQuotaDto {
  const { resource, limit, used, reserved, resetAt } = standing;
  return {
    resource,
    needed: shown(resource, needed),
    left: limit === null ? null : shown(resource, Math.max(0, limit - used - reserved)),
    fits: fits(standing, needed),
    resetAt: resetAt?.toISOString() ?? null,
  };
}
