import { ApiProperty } from '@nestjs/swagger';
import { accuracyOf, PROVIDER_IDS, type SpeechModel } from '#speech';
import type { KeySource, WorkspaceProvider } from '../../providers.service.js';

const KEY_SOURCES = ['workspace', 'server', 'none_needed'];
const TIMESTAMPS = ['word', 'segment', 'none'];

/** For a field that says with whose key work is done. */
export const KEY_SOURCE = {
  type: String,
  enum: [...KEY_SOURCES, null],
  nullable: true,
  example: 'server',
  description: "Whose key work is done with; the workspace's own goes before the server's. null: there is none.",
};
export const PROVIDER = { enum: PROVIDER_IDS, enumName: 'SpeechProvider', example: 'groq' };

/** What a minute costs. */
class SpeechPriceDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 667,
    description: 'Millionths of a US dollar for a minute of sound. null: nobody knows, which is not the same as nothing.',
  })
  microDollarsPerMinute!: number | null;

  @ApiProperty({ example: 10, description: 'Seconds of sound that a call is billed for at least.' })
  leastSeconds!: number;

  @ApiProperty({ example: 'https://groq.com/pricing', description: 'Who says so.' })
  source!: string;

  @ApiProperty({ example: '2026-08', description: 'When it was read.' })
  date!: string;
}

/** What a model takes, can do and costs. */
class SpeechModelDto {
  @ApiProperty({ example: 'whisper-large-v3-turbo', description: 'As `model` of an order.' })
  id!: string;

  @ApiProperty({
    type: [String],
    example: ['flac', 'mp3', 'wav'],
    description: 'What it takes. Recordings are converted for it.',
  })
  formats!: string[];

  @ApiProperty({ example: 26_148_864, description: 'Largest part it takes. Recordings are cut for it.' })
  maxBytes!: number;

  @ApiProperty({ example: 1800, description: 'Longest part it takes, in seconds.' })
  maxSeconds!: number;

  @ApiProperty({ enum: TIMESTAMPS, example: 'word', description: 'The finest times it gives.' })
  timestamps!: SpeechModel['timestamps'];

  @ApiProperty({ example: false, description: 'Whether it tells speakers apart.' })
  diarization!: boolean;

  @ApiProperty({ example: false, description: 'Whether it can write English, whatever is spoken.' })
  translation!: boolean;

  @ApiProperty({
    type: [String],
    nullable: true,
    example: null,
    description: 'Codes of the languages it understands. null: all of GET audio/config/languages.',
  })
  languages!: string[] | null;

  @ApiProperty({ example: false, description: 'Whether its text is only fit to try things out with.' })
  lowAccuracy!: boolean;

  @ApiProperty({
    example: 3,
    minimum: 1,
    maximum: 3,
    description: "1: its vendor puts it above Whisper's large-v3; 2: about as good; 3: below. The policy best goes by it.",
  })
  accuracy!: number;

  @ApiProperty({ type: SpeechPriceDto })
  price!: SpeechPriceDto;
}

/** A provider, as the workspace has it. */
class ProviderDto {
  @ApiProperty(PROVIDER)
  id!: string;

  @ApiProperty({ example: true, description: 'Whether an order may name it.' })
  usable!: boolean;

  @ApiProperty(KEY_SOURCE)
  key!: KeySource;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'What makes it usable; null when it is.' })
  hint!: string | null;

  @ApiProperty({ type: [SpeechModelDto], description: 'The first one is used when an order names none.' })
  models!: SpeechModelDto[];
}

export class ProvidersDto {
  @ApiProperty({ type: [ProviderDto] })
  providers!: ProviderDto[];
}

export function toProvider({ provider, key, isKeyRejected, hint }: WorkspaceProvider): ProviderDto {
  return { id: provider.id, usable: key !== null && !isKeyRejected, key, hint, models: provider.models.map(toModel) };
}

function toModel(model: SpeechModel): SpeechModelDto {
  const { id, formats, maxBytes, maxSeconds, timestamps, diarization, translation, languages, lowAccuracy, price } = model;
  return {
    ...{ id, formats: [...formats], maxBytes, maxSeconds, timestamps, diarization },
    translation: translation === true,
    languages: languages === 'multilingual' ? null : [...languages],
    lowAccuracy: lowAccuracy === true,
    accuracy: accuracyOf(model),
    price: { leastSeconds: 0, ...price },
  };
}
