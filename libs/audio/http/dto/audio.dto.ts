import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { Audio, SecondTrack } from '#database';
import { AUDIO_FORMATS } from '#media';
import { PageDto } from '#paging/http';
import { MAX_LINK_SECONDS } from '#storage';
import { toTracks, TrackNamesDto, TrackQueryDto, TracksDto } from './track.dto.js';

/** A recording. */
export class AudioDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  id!: string;

  @ApiProperty({ description: 'As the client named the file.', example: 'meeting.opus' })
  name!: string;

  @ApiProperty({ enum: Object.keys(AUDIO_FORMATS), description: 'Told by the bytes, not by the name.', example: 'opus' })
  container!: string;

  @ApiProperty({ example: 'audio/ogg; codecs=opus' })
  contentType!: string;

  @ApiProperty({ example: 'opus' })
  codec!: string;

  @ApiProperty({ description: 'Hertz.', example: 48000 })
  sampleRate!: number;

  @ApiProperty({ example: 1 })
  channels!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Seconds the file claims; a transcription counts the real ones.',
    example: 41.3,
  })
  claimedSeconds!: number | null;

  @ApiProperty({ example: 171234 })
  bytes!: number;

  @ApiProperty({
    description: 'SHA-256 of the file, hexadecimal.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  sha256!: string;

  @ApiProperty({
    type: TracksDto,
    nullable: true,
    example: null,
    description: 'Set where two recordings of one event make up this one; the fields beside it are those of the first.',
  })
  dual!: TracksDto | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdAt!: string;
}

/** A page of recordings. */
export class AudioPageDto extends PageDto {
  @ApiProperty({ type: [AudioDto] })
  data!: AudioDto[];
}

/** The form of an upload. */
export class UploadFormDto extends TrackNamesDto {
  @ApiProperty({
    type: 'string',
    format: 'binary',
    description: 'The recording: MP3, WAV, MP4, M4A, AAC, OGG, Opus, FLAC or WebM.',
  })
  file!: unknown;

  @ApiPropertyOptional({
    type: 'string',
    format: 'binary',
    description:
      'A second recording of the same event, such as what the computer played beside the microphone. It becomes the second track.',
  })
  secondFile?: unknown;
}

/** The query of a link. */
export class LinkQueryDto extends TrackQueryDto {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: MAX_LINK_SECONDS,
    default: 3600,
    example: 3600,
    description: 'Seconds the link works.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_LINK_SECONDS)
  expiration?: number;
}

/** A link to a recording. */
export class LinkDto {
  @ApiProperty({
    format: 'uri',
    example: 'https://recordings.example.com/steno/workspaces/019aa3a0/original.opus?X-Amz-Signature=4f1f7d5b',
  })
  url!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  expiresAt!: string;
}

export function toAudio(audio: Audio, second: SecondTrack | null = null): AudioDto {
  const { id, name, container, contentType, codec, sampleRate, channels, claimedSeconds, bytes, sha256, createdAt } = audio;
  return {
    id,
    name,
    container,
    contentType,
    codec,
    sampleRate,
    channels,
    claimedSeconds,
    bytes: Number(bytes),
    sha256,
    dual: second === null ? null : toTracks(audio, second),
    createdAt: createdAt.toISOString(),
  };
}
