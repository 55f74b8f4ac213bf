import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
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
import { SPEECH_POLICIES, type SpeechPolicy } from '#speech';
import { type Priority, PRIORITIES } from '../../priorities.js';
import { FormBoolean, FormList, NullIsLeftOut } from './form-fields.js';

const LONGEST_WAIT_SECONDS = 120;
const MOST_ENGINES = 20;

const TASKS = ['transcribe', 'translate'] as const;
const CHANNELS = ['mixed', 'separate'] as const;

/** What a caller may say about the work. */
export class TranscriptionOptionsDto {
  @ApiPropertyOptional({
    example: 'local',
    description:
      'Who transcribes: openai, groq, gemini, elevenlabs, openrouter, huggingface or local. Left out: the server decides.',
  })
  @IsOptional()
  @NullIsLeftOut()
  @IsString()
  @MaxLength(50)
  provider?: string;

  @ApiPropertyOptional({
    description: "One of the provider's models. Left out: the server decides.",
    example: 'pocketsphinx',
  })
  @IsOptional()
  @NullIsLeftOut()
  @IsString()
  @MaxLength(100)
  model?: string;

  @ApiPropertyOptional({
    type: String,
    enum: SPEECH_POLICIES,
    nullable: true,
    example: null,
    description:
      'By what the engine is chosen, and whoever stands in for it, in place of naming one: by price, by speed as measured lately, by accuracy, or ' +
      'private: it never leaves this machine. Left out: as the workspace or the server has it.',
  })
  @IsOptional()
  @NullIsLeftOut()
  @IsIn(SPEECH_POLICIES)
  policy?: SpeechPolicy;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    example: null,
    minItems: 1,
    maxItems: MOST_ENGINES,
    description:
      'Engines in the order they are to be asked in, in place of a policy: groq/whisper-large-v3-turbo, or groq for any of its models. Those that ' +
      'cannot do what is wished, or are not configured, are passed over; nobody else is asked. In a form: parted by commas.',
  })
  @IsOptional()
  @NullIsLeftOut()
  @FormList()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_ENGINES)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(150, { each: true })
  order?: string[];

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

const AUDIO_ID = '019aa3a1-2b3c-7d4e-8f50-617283940a1b';

/** Ways to say who is to transcribe. */
export const ORDER_EXAMPLES = {
  open: { summary: 'By whom the workspace or the server has it done', value: { audioId: AUDIO_ID } },
  named: { summary: 'By a model of a provider', value: { audioId: AUDIO_ID, provider: 'openai', model: 'whisper-1' } },
  policy: { summary: 'On this machine alone', value: { audioId: AUDIO_ID, policy: 'private' } },
  order: {
    summary: 'By the first of these that can',
    value: { audioId: AUDIO_ID, order: ['groq/whisper-large-v3-turbo', 'openai', 'local'] },
  },
};

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
