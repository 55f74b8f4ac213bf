import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  type Transcription,
  TRANSCRIPTION_STAGES,
  TRANSCRIPTION_STATUSES,
  type TranscriptionStage,
  type TranscriptionStatus,
  type TranscriptSegment,
} from '#database';
import { PageDto, PageQueryDto } from '#paging/http';
import type { Outlook } from '../../outlook.js';
import { type Priority, PRIORITIES, priorityOf } from '../../priorities.js';
import { progressOf } from '../../transcription-view.js';
import { QualityDto } from './quality.dto.js';
import type { ListedTranscription } from '../../transcriptions.repository.js';
import { FormBoolean, FormList } from './form-fields.js';

const LONGEST_WAIT_SECONDS = 120;

const TASKS = ['transcribe', 'translate'] as const;
const CHANNELS = ['mixed', 'separate'] as const;

/** What a caller may say about the work. */
export class TranscriptionOptionsDto {
  @ApiPropertyOptional({
    example: 'local',
    description: 'Who transcribes: openai, groq, gemini or local. Left out: the server decides.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(50)
  provider?: string;

  @ApiPropertyOptional({
    description: "One of the provider's models. Left out: the server decides.",
    example: 'pocketsphinx',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  model?: string;

  @ApiPropertyOptional({ example: 'en', description: 'Spoken language, ISO 639-1. Left out: the model finds out.' })
  @IsOptional()
  @Matches(/^[a-z]{2,3}$/, { message: 'language must be an ISO 639-1 code such as en' })
  language?: string;

  @ApiPropertyOptional({
    example: 'Orion, Maria Lopez',
    description: 'Names and words to expect, or the style to write in.',
    maxLength: 2000,
  })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  prompt?: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['Orion', 'Maria Lopez'],
    maxItems: 100,
    description: 'Names and words to expect, after the prompt. In a form: parted by commas.',
  })
  @IsOptional()
  @FormList()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(60, { each: true })
  vocabulary?: string[];

  @ApiPropertyOptional({
    enum: TASKS,
    default: 'transcribe',
    example: 'transcribe',
    description: 'translate: the text is in English, whatever is spoken; needs a model that can.',
  })
  @IsOptional()
  @IsIn(TASKS)
  task?: (typeof TASKS)[number];

  @ApiPropertyOptional({ example: 0, minimum: 0, maximum: 1, description: 'How freely the model guesses.' })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  temperature?: number;

  @ApiPropertyOptional({ example: false, description: 'Whether to tell speakers apart; needs a model that can.' })
  @IsOptional()
  @FormBoolean()
  @IsBoolean()
  diarize?: boolean;

  @ApiPropertyOptional({
    example: true,
    default: true,
    description:
      'Whether a clean result of the same sound with the same options in this workspace is taken over, at no cost. false: transcribe anew.',
  })
  @IsOptional()
  @FormBoolean()
  @IsBoolean()
  reuse?: boolean;

  @ApiPropertyOptional({
    enum: Object.keys(PRIORITIES),
    default: 'normal',
    example: 'normal',
    description: "Goes before or after the workspace's other orders; other workspaces are not concerned.",
  })
  @IsOptional()
  @IsIn(Object.keys(PRIORITIES))
  priority?: Priority;

  @ApiPropertyOptional({
    enum: CHANNELS,
    default: 'mixed',
    example: 'separate',
    description:
      'separate: each channel is transcribed apart, and its name is the speaker of its lines; for calls with one person on each. ' +
      'A recording of two tracks always is.',
  })
  @IsOptional()
  @IsIn(CHANNELS)
  channels?: 'mixed' | 'separate';
}

/** What POST transcriptions takes. */
export class OrderTranscriptionDto extends TranscriptionOptionsDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b', description: 'A recording of this workspace.' })
  @IsUUID(undefined, { message: 'audioId must be the id of a recording' })
  audioId!: string;
}

/** The form of POST audio/transcribe-upload, for the documentation. */
export class TranscribeUploadFormDto extends TranscriptionOptionsDto {
  @ApiProperty({
    type: 'string',
    format: 'binary',
    description: 'The recording: MP3, WAV, MP4, M4A, AAC, OGG, Opus, FLAC or WebM.',
  })
  file!: unknown;

  @ApiPropertyOptional({
    type: 'string',
    format: 'binary',
    description: 'A second recording of the same event, such as what the computer played beside the microphone.',
  })
  secondFile?: unknown;

  @ApiPropertyOptional({
    example: 'Me',
    default: 'Channel 1',
    maxLength: 100,
    description: 'Who speaks on the first recording of two.',
  })
  firstTrackName?: string;

  @ApiPropertyOptional({ example: 'Others', default: 'Channel 2', maxLength: 100, description: 'Who speaks on the second.' })
  secondTrackName?: string;
}

/** How long to wait for the result. */
export class WaitQueryDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: LONGEST_WAIT_SECONDS,
    default: 0,
    example: 60,
    description: 'Seconds to wait for the result before answering without it.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(LONGEST_WAIT_SECONDS)
  wait?: number;
}

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
