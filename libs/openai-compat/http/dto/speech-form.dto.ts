import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsNumber, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { TRANSCRIPTION_FORMATS, TRANSLATION_FORMATS, type AnswerFormat } from '../../speech-order.js';

const GRANULARITIES = ['word', 'segment'] as const;

/** Fields of forms are texts. */
function FormNumber(): PropertyDecorator {
  return Transform(({ value }) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : (value as unknown)));
}

function FormBoolean(): PropertyDecorator {
  return Transform(({ value }) =>
    /^(true|1)$/i.test(String(value)) ? true : /^(false|0|null|)$/i.test(String(value)) ? false : (value as unknown),
  );
}

/** What both routes take. */
class SpeechFormDto {
  @ApiProperty({ type: 'string', format: 'binary', description: 'The recording, whatever its name and declared type say.' })
  file!: unknown;

  @ApiProperty({
    example: 'whisper-1',
    description:
      "A model's own name, or `provider/model`; GET /v1/models lists them. `whisper-1` is OpenAI's where OpenAI is to be had, and else whatever the installation prefers.",
  })
  @IsString({ message: 'model must be the name of a model; GET /v1/models lists them' })
  @MaxLength(200)
  model!: string;

  @ApiPropertyOptional({
    example: 'Orion, Maria Lopez',
    maxLength: 4000,
    description: 'Names and words to expect, or the words before.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  prompt?: string;

  @ApiPropertyOptional({ example: 0, minimum: 0, maximum: 1, default: 0, description: 'How freely the model guesses.' })
  @IsOptional()
  @FormNumber()
  @IsNumber()
  @Min(0)
  @Max(1)
  temperature?: number;
}

/** The form of POST /v1/audio/transcriptions. */
export class TranscriptionFormDto extends SpeechFormDto {
  @ApiPropertyOptional({ example: 'en', description: 'Spoken language, ISO 639-1. Left out: the model finds out.' })
  @IsOptional()
  @Matches(/^[a-z]{2,3}$/, { message: 'language must be an ISO 639-1 code such as en' })
  language?: string;

  @ApiPropertyOptional({
    enum: TRANSCRIPTION_FORMATS,
    default: 'json',
    example: 'json',
    description: 'srt, vtt and verbose_json need a model that gives times, diarized_json one that tells speakers apart.',
  })
  @IsOptional()
  @IsIn(TRANSCRIPTION_FORMATS, { message: `response_format must be one of ${TRANSCRIPTION_FORMATS.join(', ')}` })
  response_format?: AnswerFormat;

  @ApiPropertyOptional({
    type: [String],
    enum: GRANULARITIES,
    default: ['segment'],
    example: ['segment'],
    description: 'Which times verbose_json has. Also as `timestamp_granularities[]`.',
  })
  @IsOptional()
  @IsArray()
  @IsIn(GRANULARITIES, { each: true, message: 'timestamp_granularities must be word, segment or both' })
  timestamp_granularities?: (typeof GRANULARITIES)[number][];

  @ApiPropertyOptional({
    type: [String],
    example: [],
    description:
      '`logprobs`: how sure the engine is of each token, in json of gpt-4o-transcribe and gpt-4o-mini-transcribe. Also as `include[]`.',
  })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  include?: string[];

  @ApiPropertyOptional({
    example: false,
    default: false,
    description: 'Whether to tell the text as server-sent events; whisper-1 ignores it.',
  })
  @IsOptional()
  @FormBoolean()
  @IsBoolean()
  stream?: boolean;

  @ApiPropertyOptional({
    example: 'auto',
    description: 'Accepted in every form OpenAI takes, and left to the server: long recordings are always cut at pauses.',
  })
  @IsOptional()
  chunking_strategy?: string;
}

/** The form of POST /v1/audio/translations. */
export class TranslationFormDto extends SpeechFormDto {
  @ApiPropertyOptional({
    enum: TRANSLATION_FORMATS,
    default: 'json',
    example: 'json',
    description: 'srt, vtt and verbose_json need a model that gives times.',
  })
  @IsOptional()
  @IsIn(TRANSLATION_FORMATS, { message: `response_format must be one of ${TRANSLATION_FORMATS.join(', ')}` })
  response_format?: Exclude<AnswerFormat, 'diarized_json'>;
}
