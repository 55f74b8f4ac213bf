import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { type Upload, UPLOAD_KINDS, UPLOAD_STATUSES } from '#database';
import { PageDto } from '#paging/http';
import { MAX_PARTS, type StoredPart } from '#storage';
import { partCountOf } from '../../part-plan.js';
import { statusOf } from '../../upload-states.js';
import type { PartUrl } from '../../uploads.service.js';

/** How many URLs there are in one answer. */
export const MOST_URLS = 100;

/** What is to be uploaded. */
export class NewUploadDto {
  @ApiProperty({ minLength: 1, maxLength: 255, description: 'Name of the file, for people.', example: 'conference.wav' })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name!: string;

  @ApiProperty({
    minimum: 1,
    description: 'Size of the file. The server has a limit, 500 MB where nothing else was set.',
    example: 52428800,
  })
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  bytes!: number;

  @ApiPropertyOptional({
    maxLength: 255,
    description: 'Taken and not looked at: the bytes decide what it is.',
    example: 'audio/wav',
  })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  contentType?: string;

  @ApiPropertyOptional({
    description: 'SHA-256 of the file, hexadecimal. What arrives otherwise is refused.',
    pattern: '^[0-9a-fA-F]{64}$',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  @IsOptional()
  @Matches(/^[0-9a-fA-F]{64}$/, { message: 'sha256 must be 64 hexadecimal digits' })
  sha256?: string;
}

/** Parts whose URLs are wanted. */
export class PartNumbersDto {
  @ApiProperty({ type: [Number], minItems: 1, maxItems: MOST_URLS, description: 'From 1.', example: [1, 2, 3] })
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_URLS)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(MAX_PARTS, { each: true })
  numbers!: number[];
}

/** Where one part goes. */
export class PartUrlDto {
  @ApiProperty({ description: 'From 1.', example: 1 })
  number!: number;

  @ApiProperty({ description: 'The exact size of the part; another is refused.', example: 10485760 })
  bytes!: number;

  @ApiProperty({
    format: 'uri',
    description: 'Takes the bytes by PUT, without a token.',
    example:
      'https://recordings.example.com/steno/workspaces/019aa3a0/original?partNumber=1&uploadId=b7c6&X-Amz-Signature=4f1f7d5b',
  })
  url!: string;
}

/** URLs of parts. */
export class PartUrlsDto {
  @ApiProperty({ type: [PartUrlDto] })
  partUrls!: PartUrlDto[];

  @ApiProperty({ format: 'date-time', description: 'When these URLs end; more may be had.', example: '2026-11-21T15:00:00.000Z' })
  urlsExpireAt!: string;
}

/** A part that has arrived whole. */
export class ArrivedPartDto {
  @ApiProperty({ example: 1 })
  number!: number;

  @ApiProperty({ example: 10485760 })
  bytes!: number;
}

/** Why an upload came to nothing. */
export class UploadFailureDto {
  @ApiProperty({ example: 'checksum_mismatch' })
  code!: string;

  @ApiProperty({ example: 'The SHA-256 of what arrived is not the one that was announced. Nothing was kept; send it again.' })
  detail!: string;
}

/** An upload. */
export class UploadDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  id!: string;

  @ApiProperty({
    enum: UPLOAD_KINDS,
    description: 'In parts by URL, resumable in order, or fetched from a URL.',
    example: 'parts',
  })
  kind!: string;

  @ApiProperty({ enum: UPLOAD_STATUSES, example: 'open' })
  status!: string;

  @ApiProperty({ example: 'conference.wav' })
  name!: string;

  @ApiProperty({ type: Number, nullable: true, description: 'Size of the whole; null until it is known.', example: 52428800 })
  bytes!: number | null;

  @ApiProperty({
    description: 'What has arrived. Of an upload in parts, lists say it only once it is complete.',
    example: 10485760,
  })
  receivedBytes!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Whole percents of the bytes.', example: 20 })
  percentage!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Size of every part but the last.', example: 10485760 })
  partBytes!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 5 })
  partCount!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'What was announced.', example: null })
  sha256!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The host it is fetched from.', example: null })
  sourceHost!: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The recording, once it is complete.',
    example: null,
  })
  audioId!: string | null;

  @ApiProperty({ type: UploadFailureDto, nullable: true, example: null })
  error!: UploadFailureDto | null;

  @ApiProperty({ format: 'date-time', description: 'When it is given up.', example: '2026-11-22T09:00:00.000Z' })
  expiresAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  finishedAt!: string | null;
}

/** An upload with the parts that have arrived. */
export class UploadProgressDto extends UploadDto {
  @ApiProperty({ type: [ArrivedPartDto], description: 'Those that arrived whole; empty once the upload is over.' })
  parts!: ArrivedPartDto[];
}

/** An upload that has just begun, with where its first parts go. */
export class BegunUploadDto extends UploadDto {
  @ApiProperty({ type: [PartUrlDto], description: `Of the first ${MOST_URLS} parts.` })
  partUrls!: PartUrlDto[];

  @ApiProperty({ format: 'date-time', description: 'When these URLs end; more may be had.', example: '2026-11-21T15:00:00.000Z' })
  urlsExpireAt!: string;
}

/** A page of uploads. */
export class UploadPageDto extends PageDto {
  @ApiProperty({ type: [UploadDto] })
  data!: UploadDto[];
}

export function toUpload(upload: Upload, receivedBytes = Number(upload.receivedBytes)): UploadDto {
  const { id, kind, name, sha256, audioId, errorCode, errorDetail, expiresAt, createdAt, finishedAt, partBytes, sourceHost } =
    upload;
  const bytes = upload.bytes === null ? null : Number(upload.bytes);
  return {
    id,
    kind,
    status: statusOf(upload),
    name,
    bytes,
    receivedBytes,
    percentage: bytes === null ? null : Math.floor((receivedBytes / bytes) * 100),
    partBytes,
    partCount: bytes === null || partBytes === null ? null : partCountOf({ bytes, partBytes }),
    sha256,
    sourceHost,
    audioId,
    error: errorCode === null ? null : { code: errorCode, detail: errorDetail ?? '' },
    expiresAt: expiresAt.toISOString(),
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

export function toProgress(upload: Upload, arrived: readonly StoredPart[]): UploadProgressDto {
  const noted = Number(upload.receivedBytes);
  const seen = arrived.reduce((sum, { bytes }) => sum + bytes, 0);
  return { ...toUpload(upload, Math.max(noted, seen)), parts: arrived.map(({ number, bytes }) => ({ number, bytes })) };
}

export function toPartUrls({ urls, expiresAt }: { urls: PartUrl[]; expiresAt: Date }): PartUrlsDto {
  return { partUrls: urls, urlsExpireAt: expiresAt.toISOString() };
}
