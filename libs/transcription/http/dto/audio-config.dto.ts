import { ApiProperty } from '@nestjs/swagger';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from '../../formats/transcript-formats.js';

/** A language and who understands it. */
export class AudioLanguageDto {
  @ApiProperty({ example: 'de', description: 'What `language` of an order takes.' })
  code!: string;

  @ApiProperty({ example: 'German' })
  name!: string;

  @ApiProperty({ type: [String], example: ['openai/whisper-1'], description: 'Provider and model.' })
  models!: string[];
}

/** All languages. */
export class AudioLanguagesDto {
  @ApiProperty({ type: [AudioLanguageDto] })
  languages!: AudioLanguageDto[];
}

/** A kind of recording. */
export class RecordingFormatDto {
  @ApiProperty({ example: 'm4a', description: 'As `container` of a recording.' })
  container!: string;

  @ApiProperty({ example: 'M4A' })
  name!: string;

  @ApiProperty({ example: 'audio/mp4' })
  contentType!: string;
}

/** Formats and limits. */
export class AudioFormatsDto {
  @ApiProperty({ type: [RecordingFormatDto], description: 'Recognised by their bytes; names and declared types do not matter.' })
  recordings!: RecordingFormatDto[];

  @ApiProperty({ example: 500_000_000, description: 'Largest recording.' })
  maxBytes!: number;

  @ApiProperty({ example: 43_200, description: 'Longest recording.' })
  maxSeconds!: number;

  @ApiProperty({ enum: TRANSCRIPT_FORMATS, isArray: true, example: TRANSCRIPT_FORMATS, description: 'Of exports.' })
  transcripts!: TranscriptFormat[];
}

/** What works. */
export class AudioHealthDto {
  @ApiProperty({ enum: ['ok', 'degraded', 'unavailable'], example: 'ok' })
  status!: 'ok' | 'degraded' | 'unavailable';

  @ApiProperty({
    type: [String],
    example: [],
    description: 'Parts of the installation that do not work now. Recordings that are taken are kept and transcribed later.',
  })
  failing!: string[];

  @ApiProperty({ type: [String], example: ['openai/whisper-1'], description: 'Who can transcribe for this workspace.' })
  models!: string[];
}
