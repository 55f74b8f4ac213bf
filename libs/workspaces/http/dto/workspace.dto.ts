import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { type EnginePolicy, type Plan, PLANS, type Role, ROLES } from '#database';
import type { WorkspaceChange, WorkspaceOfUser } from '#identity';
import { PageDto, PageQueryDto } from '#paging/http';
import { SPEECH_POLICIES } from '#speech';

/** Those that the runtime and Postgres both know by name. */
const TIME_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];

const KINDS = ['personal', 'team'] as const;

const LONGEST_RETENTION_DAYS = 3_650;
const RETENTION_DAYS = { type: Number, nullable: true, minimum: 1, maximum: LONGEST_RETENTION_DAYS } as const;

const MOST_ENGINES = 20;
const SPEECH_POLICY = { type: String, enum: SPEECH_POLICIES, nullable: true, example: 'cheapest' } as const;
const SPEECH_ORDER = { type: [String] as [StringConstructor], nullable: true, minItems: 1, maxItems: MOST_ENGINES };

/** How long a workspace keeps things. What is older is deleted within the hour, with a record in the audit log. */
export class RetentionDto {
  @ApiProperty({
    ...RETENTION_DAYS,
    example: 30,
    description: 'Recordings are deleted so many days after they came, unless they are just being transcribed. null: never.',
  })
  audioDays!: number | null;

  @ApiProperty({
    ...RETENTION_DAYS,
    example: null,
    description: 'Transcriptions are deleted with their results so many days after they ended. null: never.',
  })
  transcriptDays!: number | null;
}

/** A workspace, as one of its members sees it. */
export class WorkspaceDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f' })
  id!: string;

  @ApiProperty({ example: 'Analytical engines' })
  name!: string;

  @ApiProperty({
    enum: KINDS,
    example: 'team',
    description: 'A personal one comes with the account and stays with its one owner.',
  })
  kind!: (typeof KINDS)[number];

  @ApiProperty({ example: 'Europe/Berlin', description: "By IANA's name; quotas and reports go by its months." })
  timezone!: string;

  @ApiProperty({ enum: PLANS, example: 'free', description: 'Decides its limits.' })
  plan!: Plan;

  @ApiProperty({ enum: ROLES, example: 'owner', description: 'Your role in it.' })
  role!: Role;

  @ApiProperty({ type: RetentionDto })
  retention!: RetentionDto;

  @ApiProperty({
    ...SPEECH_POLICY,
    description:
      'By what engines are chosen for orders that say nothing of it: by price, by speed, by accuracy, or only on this machine. null: by speechOrder, else as the server does.',
  })
  speechPolicy!: EnginePolicy | null;

  @ApiProperty({
    ...SPEECH_ORDER,
    example: null,
    description:
      'Engines in the order they are asked in by such orders, and nobody else; null: by speechPolicy, else as the server does.',
  })
  speechOrder!: string[] | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  updatedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Set in GET workspaces?deleted=true alone.',
  })
  deletedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Until when a deleted one can be restored; then it goes with all it holds.',
  })
  restorableUntil!: string | null;
}

/** A page of workspaces. */
export class WorkspacePageDto extends PageDto {
  @ApiProperty({ type: [WorkspaceDto] })
  data!: WorkspaceDto[];
}

/** The query of the list of workspaces. */
export class WorkspaceListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    example: false,
    description: 'true: the deleted ones that you own and can still restore, in place of those you belong to.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  deleted?: boolean;
}

/** What POST workspaces takes. */
export class WorkspaceNameDto {
  @ApiProperty({ example: 'Analytical engines', minLength: 1, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  @Matches(/\S/, { message: 'name must not be blank' })
  name!: string;
}

/** What may be said of retention; what is left out stays. */
export class RetentionChangeDto {
  @ApiPropertyOptional({ ...RETENTION_DAYS, example: 30 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LONGEST_RETENTION_DAYS)
  audioDays?: number | null;

  @ApiPropertyOptional({ ...RETENTION_DAYS, example: 365 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LONGEST_RETENTION_DAYS)
  transcriptDays?: number | null;
}

/** What PATCH workspaces/:id takes; what is left out stays. */
export class WorkspaceChangeDto {
  @ApiPropertyOptional({ example: 'Analytical engines', minLength: 1, maxLength: 100 })
  @ValidateIf((_, value) => value !== undefined)
  @IsString()
  @Length(1, 100)
  @Matches(/\S/, { message: 'name must not be blank' })
  name?: string;

  @ApiPropertyOptional({
    example: 'Europe/Berlin',
    description: "By IANA's name. Quotas go by its months from the end of the current one on.",
  })
  @ValidateIf((_, value) => value !== undefined)
  @IsIn(TIME_ZONES, { message: 'timezone must be the name of a time zone such as Europe/Berlin' })
  timezone?: string;

  @ApiPropertyOptional({ type: RetentionChangeDto })
  @ValidateIf((_, value) => value !== undefined)
  @IsObject()
  @ValidateNested()
  @Type(() => RetentionChangeDto)
  retention?: RetentionChangeDto;

  @ApiPropertyOptional({ ...SPEECH_POLICY, description: 'Takes the place of a speechOrder. null: none.' })
  @IsOptional()
  @IsIn(SPEECH_POLICIES)
  speechPolicy?: EnginePolicy | null;

  @ApiPropertyOptional({
    ...SPEECH_ORDER,
    example: null,
    description: 'groq/whisper-large-v3-turbo, or groq for any of its models. Takes the place of a speechPolicy. null: none.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_ENGINES)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(150, { each: true })
  speechOrder?: string[] | null;
}

export function toWorkspaceChange({
  name,
  timezone,
  retention = {},
  speechPolicy,
  speechOrder,
}: WorkspaceChangeDto): WorkspaceChange {
  const { audioDays, transcriptDays } = retention;
  return {
    ...(name === undefined ? {} : { name }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(audioDays === undefined ? {} : { audioRetentionDays: audioDays }),
    ...(transcriptDays === undefined ? {} : { transcriptRetentionDays: transcriptDays }),
    ...(speechPolicy === undefined ? {} : { speechPolicy }),
    ...(speechOrder === undefined ? {} : { speechOrder }),
  };
}

/** What POST workspaces/:id/transfer-ownership takes. */
export class TransferOwnershipDto {
  @ApiProperty({
    format: 'uuid',
    example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a',
    description: 'A member, who becomes the owner.',
  })
  @IsUUID()
  userId!: string;
}

export function toWorkspace(workspace: WorkspaceOfUser): WorkspaceDto {
  const { id, name, kind, timezone, plan, role, speechPolicy, speechOrder, createdAt, updatedAt, deletedAt, purgeAt } = workspace;
  const retention = { audioDays: workspace.audioRetentionDays, transcriptDays: workspace.transcriptRetentionDays };
  return {
    id,
    name,
    kind,
    timezone,
    plan,
    role,
    retention,
    speechPolicy,
    speechOrder,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    deletedAt: deletedAt?.toISOString() ?? null,
    restorableUntil: purgeAt?.toISOString() ?? null,
  };
}
