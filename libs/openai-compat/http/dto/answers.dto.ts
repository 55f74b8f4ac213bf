import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What an answer is billed by. */
export class DurationUsageDto {
  @ApiProperty({ enum: ['duration'], example: 'duration' })
  type!: 'duration';

  @ApiProperty({ example: 11, description: 'Seconds of sound, counted; what a file says of itself does not matter.' })
  seconds!: number;
}

/** `json`. */
export class SpeechAnswerDto {
  @ApiProperty({ example: 'And so, my fellow Americans, ask not what your country can do for you.' })
  text!: string;

  @ApiProperty({ type: DurationUsageDto })
  usage!: DurationUsageDto;
}

/** A word of `verbose_json`. */
export class SpeechWordDto {
  @ApiProperty({ example: 'And' })
  word!: string;

  @ApiProperty({ example: 0.3 })
  start!: number;

  @ApiProperty({ example: 0.5 })
  end!: number;
}

/** A line of `verbose_json`. */
export class SpeechSegmentDto {
  @ApiProperty({ type: 'integer', example: 0 })
  id!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  seek!: number;

  @ApiProperty({ example: 0.3 })
  start!: number;

  @ApiProperty({ example: 3.3 })
  end!: number;

  @ApiProperty({ example: ' And so, my fellow Americans,' })
  text!: string;

  @ApiProperty({ type: 'array', items: { type: 'integer' }, example: [] })
  tokens!: number[];

  @ApiProperty({ example: 0 })
  temperature!: number;

  @ApiProperty({ example: -0.25, description: 'Where the engine tells how sure it is; else 0.' })
  avg_logprob!: number;

  @ApiProperty({ example: 1 })
  compression_ratio!: number;

  @ApiProperty({ example: 0 })
  no_speech_prob!: number;
}

/** `verbose_json`. */
export class VerboseSpeechAnswerDto extends SpeechAnswerDto {
  @ApiProperty({ enum: ['transcribe', 'translate'], example: 'transcribe' })
  task!: 'transcribe' | 'translate';

  @ApiProperty({ example: 'english', description: 'In English; unknown where the engine does not say.' })
  language!: string;

  @ApiProperty({ example: 11 })
  duration!: number;

  @ApiPropertyOptional({ type: [SpeechWordDto] })
  words?: SpeechWordDto[];

  @ApiPropertyOptional({ type: [SpeechSegmentDto] })
  segments?: SpeechSegmentDto[];
}

/** A line of `diarized_json`. */
export class SpokenSegmentDto {
  @ApiProperty({ enum: ['transcript.text.segment'], example: 'transcript.text.segment' })
  type!: 'transcript.text.segment';

  @ApiProperty({ example: 'seg_001' })
  id!: string;

  @ApiProperty({ example: 0.3 })
  start!: number;

  @ApiProperty({ example: 3.3 })
  end!: number;

  @ApiProperty({ example: 'And so, my fellow Americans,' })
  text!: string;

  @ApiProperty({ example: 'A', description: 'Letters, in the order they first speak.' })
  speaker!: string;
}

/** `diarized_json`. */
export class DiarizedSpeechAnswerDto extends SpeechAnswerDto {
  @ApiProperty({ enum: ['transcribe'], example: 'transcribe' })
  task!: 'transcribe';

  @ApiProperty({ example: 11 })
  duration!: number;

  @ApiProperty({ type: [SpokenSegmentDto] })
  segments!: SpokenSegmentDto[];
}

/** A model a request may name. */
export class OpenAiModelDto {
  @ApiProperty({ example: 'whisper-1' })
  id!: string;

  @ApiProperty({ enum: ['model'], example: 'model' })
  object!: 'model';

  @ApiProperty({ type: 'integer', example: 1789257600, description: 'Seconds since 1970: when what is known of it was read.' })
  created!: number;

  @ApiProperty({ example: 'openai', description: 'Who serves it here.' })
  owned_by!: string;
}

/** Every model a request may name. */
export class OpenAiModelListDto {
  @ApiProperty({ enum: ['list'], example: 'list' })
  object!: 'list';

  @ApiProperty({ type: [OpenAiModelDto] })
  data!: OpenAiModelDto[];
}
