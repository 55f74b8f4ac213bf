import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import {
  type Transcription,
  TRANSCRIPTION_STAGES,
  TRANSCRIPTION_STATUSES,
  type TranscriptionStage,
  type TranscriptionStatus,
} from '#database';
import { PageDto, PageQueryDto } from '#paging/http';
import type { Outlook } from '../../outlook.js';
import { type Priority, PRIORITIES, priorityOf } from '../../priorities.js';
import { progressOf } from '../../transcription-view.js';
import { QualityDto } from './quality.dto.js';
import type { ListedTranscription } from '../../transcriptions.repository.js';

/** Filters of the list. */
export class TranscriptionListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: TRANSCRIPTION_STATUSES, example: 'completed' })
  @IsOptional()
  @IsIn(TRANSCRIPTION_STATUSES)
  status?: TranscriptionStatus;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only those of this recording.' })
  @IsOptional()
  @IsUUID()
  audioId?: string;
}

/** Who did the work. */
export class EngineDto {
  @ApiProperty({ example: 'local' })
  provider!: string;

  @ApiProperty({ example: 'pocketsphinx' })
  model!: string;

  @ApiProperty({ example: true, description: 'The text is good for trying things out, not for use.' })
  lowAccuracy!: boolean;
}

/** Why it failed. */
export class FailureDto {
  @ApiProperty({ example: 'provider_unavailable', description: 'Stable.' })
  code!: string;

  @ApiProperty({
    example: 'openai gave no usable answer after 3 tries. Order the transcription again later, or with another provider.',
  })
  detail!: string;
}

/** Where a transcription stands. */
export class TranscriptionStatusDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708' })
  id!: string;

  @ApiProperty({ enum: TRANSCRIPTION_STATUSES, example: 'completed' })
  status!: TranscriptionStatus;

  @ApiProperty({ enum: TRANSCRIPTION_STAGES, example: 'assemble', description: 'What is being done, or was done last.' })
  stage!: TranscriptionStage;

  @ApiProperty({ minimum: 0, maximum: 100, example: 100, description: 'Percent; never goes back.' })
  progress!: number;

  @ApiProperty({ type: FailureDto, nullable: true, example: null, description: 'Set when the status is failed.' })
  error!: FailureDto | null;
}

/** Tries that went wrong. */
export class FailedTriesDto {
  @ApiProperty({ example: 0, description: 'How many, of what is not done yet.' })
  count!: number;

  @ApiProperty({ type: FailureDto, nullable: true, example: null, description: 'Why the last one did.' })
  lastError!: FailureDto | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'When the next one is; null while something goes on.',
  })
  nextTryAt!: string | null;
}

/** Where a transcription stands, and what may be expected of it. */
export class TranscriptionProgressDto extends TranscriptionStatusDto {
  @ApiProperty({ type: Number, nullable: true, example: 3, description: 'Its place in the line; null once it was begun.' })
  queuePosition!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 40,
    description:
      'By the speeds measured lately and what goes before; null when it is finished or nothing is known to reckon from.',
  })
  estimatedSecondsLeft!: number | null;

  @ApiProperty({ type: FailedTriesDto })
  failedTries!: FailedTriesDto;
}

/** A transcription as lists have it: all but its text. */
export class TranscriptionSummaryDto extends TranscriptionStatusDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b',
    description: 'Null once the recording was deleted.',
  })
  audioId!: string | null;

  @ApiProperty({ type: EngineDto })
  engine!: EngineDto;

  @ApiProperty({ type: String, nullable: true, example: 'en', description: 'Spoken language, when it is known.' })
  language!: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 41.3, description: 'Seconds of sound, counted by decoding.' })
  durationSeconds!: number | null;

  @ApiProperty({ enum: Object.keys(PRIORITIES), example: 'normal' })
  priority!: Priority;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
    description: 'The transcription whose result this one took over, because sound and options were the same.',
  })
  reusedFrom!: string | null;

  @ApiProperty({
    type: [String],
    example: ['low_accuracy: The offline engine hears about half of the words.'],
    description: 'What a reader should know: a code, then a sentence.',
  })
  warnings!: string[];

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-21T09:00:01.000Z' })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-21T09:00:09.000Z' })
  finishedAt!: string | null;
}

/** A transcription with its result. */
export class TranscriptionDto extends TranscriptionSummaryDto {
  @ApiProperty({
    type: QualityDto,
    nullable: true,
    description: 'How far the transcript can be trusted. Set when the status is completed.',
  })
  quality!: QualityDto | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'good morning everyone let us start',
    description: 'Set when the status is completed.',
  })
  text!: string | null;
}

/** A page of transcriptions. */
export class TranscriptionPageDto extends PageDto {
  @ApiProperty({ type: [TranscriptionSummaryDto] })
  data!: TranscriptionSummaryDto[];
}

/** Status alone. */
export function toTranscriptionStatus(transcription: ListedTranscription): TranscriptionStatusDto {
  const { id, status, stage, errorCode, errorDetail } = transcription;
  const error = errorCode === null ? null : { code: errorCode, detail: errorDetail ?? '' };
  return { id, status, stage, progress: progressOf(transcription), error };
}

/** Status, with what may be expected. */
export function toTranscriptionProgress(
  transcription: ListedTranscription,
  { queuePosition, estimatedSecondsLeft, failedTries: { count, code, detail, nextAt } }: Outlook,
): TranscriptionProgressDto {
  const lastError = code === null ? null : { code, detail: detail ?? '' };
  const failedTries = { count, lastError, nextTryAt: nextAt?.toISOString() ?? null };
  return { ...toTranscriptionStatus(transcription), queuePosition, estimatedSecondsLeft, failedTries };
}

/** All but the text. */
export function toTranscriptionSummary(transcription: ListedTranscription): TranscriptionSummaryDto {
  const { audioId, options, lowAccuracy, language, durationSeconds, reusedFrom, warnings } = transcription;
  const { createdAt, startedAt, finishedAt } = transcription;
  const priority = priorityOf(transcription);
  return {
    ...toTranscriptionStatus(transcription),
    audioId,
    engine: { provider: options.provider, model: options.model, lowAccuracy },
    language,
    durationSeconds,
    reusedFrom,
    priority,
    warnings,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

/** The whole. */
export function toTranscription(transcription: Transcription): TranscriptionDto {
  return { ...toTranscriptionSummary(transcription), quality: transcription.quality, text: transcription.text };
}
