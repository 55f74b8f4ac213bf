import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { PageDto, PageQueryDto } from '#paging/http';
import { AUDIT_ACTIONS, type AuditAction } from '../../actions.js';
import type { AuditFilter } from '../../audit-entries.repository.js';
import { type AuditRow, EXPORT_FORMATS, type ExportFormat } from '../../audit-export.js';

const ACTOR_KINDS = ['user', 'key', 'system', 'anonymous'];

/** One thing that was done. */
export class AuditEntryDto implements AuditRow {
  @ApiProperty({ format: 'uuid', example: '019aa3a5-22bb-7d3e-8f40-516273849506' })
  id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  at!: string;

  @ApiProperty({ enum: AUDIT_ACTIONS, example: 'member.role_changed' })
  action!: string;

  @ApiProperty({ enum: ACTOR_KINDS, example: 'user' })
  actorKind!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a' })
  actorId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace', description: 'As it was called then.' })
  actorName!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'user',
    description: 'What it was done to: user, invitation, api_key, …',
  })
  targetKind!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '019aa3a0-7000-7d10-8a55-0f1e2d3c4b5b' })
  targetId!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { before: 'member', role: 'admin' } })
  details!: AuditRow['details'];

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7', description: 'Of the client.' })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Mozilla/5.0 (X11; Linux x86_64)' })
  device!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'b7c1d6d0-0f3e-4f7a-9d2b-6a3c1e5f7a90' })
  requestId!: string | null;
}

/** A page of records. */
export class AuditPageDto extends PageDto {
  @ApiProperty({ type: [AuditEntryDto] })
  data!: AuditEntryDto[];
}

/** Which records, and as what. */
export class AuditQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: AUDIT_ACTIONS, example: 'member.role_changed' })
  @IsOptional()
  @IsIn(AUDIT_ACTIONS)
  action?: AuditAction;

  @ApiPropertyOptional({ format: 'uuid', example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a', description: 'Who did it.' })
  @IsOptional()
  @IsUUID()
  actorId?: string;

  @ApiPropertyOptional({ example: 'user', description: 'The kind of what it was done to.' })
  @IsOptional()
  @IsString()
  @MaxLength(50)
  targetKind?: string;

  @ApiPropertyOptional({ example: '019aa3a0-7000-7d10-8a55-0f1e2d3c4b5b', description: 'What it was done to.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  targetId?: string;

  @ApiPropertyOptional({ format: 'date-time', example: '2026-11-01T00:00:00.000Z', description: 'Not before.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'from must be a time like 2026-11-01T00:00:00Z' })
  from?: Date;

  @ApiPropertyOptional({ format: 'date-time', example: '2026-12-01T00:00:00.000Z', description: 'Not after.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'to must be a time like 2026-11-30T23:59:59Z' })
  to?: Date;

  @ApiPropertyOptional({
    enum: EXPORT_FORMATS,
    description: 'Everything the filters let through as a file, in place of a page. That it was taken is recorded.',
  })
  @IsOptional()
  @IsIn(EXPORT_FORMATS)
  format?: ExportFormat;
}

export function toAuditFilter({ action, actorId, targetKind, targetId, from, to }: AuditQueryDto): AuditFilter {
  const given = Object.entries({ action, actorId, targetKind, targetId, from, to }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
