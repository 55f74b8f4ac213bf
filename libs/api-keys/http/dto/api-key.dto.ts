import { ApiProperty } from '@nestjs/swagger';
import { type Scope, SCOPES } from '#identity';
import { PageDto } from '#paging/http';
import { KEY_STATUSES, type KeyStatus, type KnownKey } from '../../api-keys.repository.js';
import type { KeyWithText } from '../../api-keys.service.js';

const TIME = '2026-09-01T12:00:00.000Z';

/** An API key, without its text. */
export class ApiKeyDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a1-4d5e-7f60-8172-839405a6b7c8' })
  id!: string;

  @ApiProperty({ example: 'Nightly import' })
  name!: string;

  @ApiProperty({ example: 'stn_Ab3d', description: 'The first characters of the key, to recognise it by.' })
  prefix!: string;

  @ApiProperty({ example: 'x9Qz', description: 'Its last four.' })
  lastFour!: string;

  @ApiProperty({ enum: SCOPES, isArray: true, example: ['read', 'write'], description: 'Each includes the ones before.' })
  scopes!: Scope[];

  @ApiProperty({ type: Number, nullable: true, example: 50, description: 'Requests an hour; null: as many as the plan allows.' })
  limitPerHour!: number | null;

  @ApiProperty({ enum: KEY_STATUSES, example: 'active' })
  status!: KeyStatus;

  @ApiProperty({
    format: 'uuid',
    example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a',
    description: 'The user who made it and for whom it acts.',
  })
  userId!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null, description: 'Null: it does not expire.' })
  expiresAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Until when the key before the last rotation works besides; null: it does not.',
  })
  previousUntil!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: TIME, description: 'A few seconds behind.' })
  lastUsedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  revokedAt!: string | null;

  @ApiProperty({ format: 'date-time', example: TIME })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: TIME })
  updatedAt!: string;
}

/** An API key with its text. */
export class ApiKeyWithTextDto extends ApiKeyDto {
  @ApiProperty({
    example: 'stn_Ab3dEf6hIj9lMn2pQr5tUv8xYz1Bc4Dx9Qz',
    description: 'The key itself, shown this once: keep it now. Send it as Authorization: Bearer <key>.',
  })
  key!: string;
}

/** One page of API keys. */
export class ApiKeyPageDto extends PageDto {
  @ApiProperty({ type: [ApiKeyDto] })
  data!: ApiKeyDto[];
}

/** The key as people see it. */
export function toApiKey(row: KnownKey): ApiKeyDto {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    lastFour: row.lastFour,
    scopes: row.scopes,
    limitPerHour: row.limitPerHour,
    status: row.status,
    userId: row.userId,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    previousUntil: row.previousUntil?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The key with its text: for the answers that show it, and no other. */
export function toApiKeyWithText({ row, key }: KeyWithText): ApiKeyWithTextDto {
  return { ...toApiKey(row), key };
}
