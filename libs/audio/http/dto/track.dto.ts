import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsNotEmpty, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { type Audio, MIX_STATUSES, type MixStatus, type SecondTrack } from '#database';
import { AUDIO_FORMATS } from '#media';

const LONGEST_NAME = 100;

/** Who speaks on the tracks of a recording. */
export class TrackNamesDto {
  @ApiPropertyOptional({
    example: 'Me',
    default: 'Channel 1',
    maxLength: LONGEST_NAME,
    description: 'Who speaks on the first track; the speaker of its lines.',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_NAME)
  firstTrackName?: string;

  @ApiPropertyOptional({
    example: 'Others',
    default: 'Channel 2',
    maxLength: LONGEST_NAME,
    description: 'Who speaks on the second track.',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_NAME)
  secondTrackName?: string;
}

/** What POST audio/{id}/second-track takes. */
export class SecondTrackDto extends TrackNamesDto {
  @ApiProperty({
    format: 'uuid',
    example: '019aa3a1-4c5d-7e6f-9a7b-8c9d0e1f2a3b',
    description: 'Another recording of this workspace. It becomes a track of the first and stops being a recording of its own.',
  })
  @IsUUID(undefined, { message: 'audioId must be the id of a recording' })
  audioId!: string;
}

/** Which of a recording's files is meant. */
export class TrackQueryDto {
  @ApiPropertyOptional({
    enum: [1, 2],
    example: 1,
    description: 'A track as it was uploaded. Left out: the mix of both once there is one, else the first track.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsIn([1, 2])
  track?: 1 | 2;
}

/** A track of a recording of two. */
export class TrackDto {
  @ApiProperty({ example: 'Me' })
  name!: string;

  @ApiProperty({ enum: Object.keys(AUDIO_FORMATS), example: 'opus' })
  container!: string;

  @ApiProperty({ example: 171234 })
  bytes!: number;

  @ApiProperty({ type: Number, nullable: true, example: 41.3, description: 'Seconds the file claims.' })
  claimedSeconds!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0.42,
    description: 'When it begins, in seconds from the beginning of the track that began first; null until that was found out.',
  })
  startsAtSeconds!: number | null;
}

/** How the tracks of a recording of two belong together. */
export class TracksDto {
  @ApiProperty({ type: [TrackDto] })
  tracks!: TrackDto[];

  @ApiProperty({
    enum: MIX_STATUSES,
    example: 'ready',
    description: 'Whether there is a mix of both to listen to, which download and url then give.',
  })
  mix!: MixStatus;

  @ApiProperty({
    enum: ['sound', 'start'],
    nullable: true,
    example: 'sound',
    description: 'How they were aligned: by sound that is on both, or, where there is none, as begun together. Null until then.',
  })
  alignedBy!: 'sound' | 'start' | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 12,
    description: 'By how many millionths the clock of the second recorder ran slow.',
  })
  clockDifference!: number | null;
}

export function toTracks(audio: Audio, second: SecondTrack): TracksDto {
  const { lagSeconds, drift, bySound } = second;
  const startsAt = (lag: number): number | null => (lagSeconds === null ? null : round(Math.max(0, lag)));
  return {
    tracks: [
      toTrack(audio, second.firstName, startsAt(-(lagSeconds ?? 0))),
      toTrack(second, second.name, startsAt(lagSeconds ?? 0)),
    ],
    mix: second.mixStatus,
    alignedBy: bySound === null ? null : bySound ? 'sound' : 'start',
    clockDifference: drift === null ? null : Math.round(drift * 1e6),
  };
}

function toTrack(
  { container, bytes, claimedSeconds }: Audio | SecondTrack,
  name: string,
  startsAtSeconds: number | null,
): TrackDto {
  return { name, container, bytes: Number(bytes), claimedSeconds, startsAtSeconds };
}

/** To a tenth of a millisecond. */
function round(seconds: number): number {
  return Math.round(seconds * 10_000) / 10_000;
}
