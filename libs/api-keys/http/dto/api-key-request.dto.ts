import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { type Scope, SCOPES } from '#identity';
import { PageQueryDto } from '#paging/http';
import { KEY_STATUSES, type KeyPurpose, type KeyStatus } from '../../api-keys.repository.js';
import { IsComingTime } from './is-coming-time.js';

const HIGHEST_LIMIT_PER_HOUR = 1_000_000;
const LONGEST_OVERLAP_SECONDS = 604_800;
export const DEFAULT_OVERLAP_SECONDS = 86_400;

/** What POST api-keys takes. */
export class CreateApiKeyDto {
  @ApiProperty({ example: 'Nightly import', minLength: 1, maxLength: 100, description: 'What it is for.' })
  @IsString()
  @Length(1, 100)
  @Matches(/\S/, { message: 'name must not be blank' })
  name!: string;

  @ApiProperty({
    enum: SCOPES,
    isArray: true,
    example: ['read'],
    description: 'What it may do; each includes the ones before. Never more than your role may.',
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes!: Scope[];

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: HIGHEST_LIMIT_PER_HOUR,
    example: 50,
    description: "Requests an hour, at most as many as the plan allows. Null: the plan's.",
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_LIMIT_PER_HOUR)
  limitPerHour?: number | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'When it ends by itself, within five years. Null: never.',
  })
  @IsOptional()
  @IsComingTime()
  expiresAt?: string | null;
}

/** What PUT api-keys/:id takes: what is left out stays as it is. */
export class ChangeApiKeyDto {
  @ApiPropertyOptional({ example: 'Nightly import', minLength: 1, maxLength: 100 })
  @ValidateIf((_, value) => value !== undefined)
  @IsString()
  @Length(1, 100)
  @Matches(/\S/, { message: 'name must not be blank' })
  name?: string;

  @ApiPropertyOptional({ enum: SCOPES, isArray: true, example: ['read', 'write'] })
  @ValidateIf((_, value) => value !== undefined)
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes?: Scope[];

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: HIGHEST_LIMIT_PER_HOUR,
    example: null,
    description: "Null: the plan's.",
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_LIMIT_PER_HOUR)
  limitPerHour?: number | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, example: null, description: 'Null: never.' })
  @IsOptional()
  @IsComingTime()
  expiresAt?: string | null;
}

/** What POST api-keys/:id/rotate takes. */
export class RotateApiKeyDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: LONGEST_OVERLAP_SECONDS,
    default: DEFAULT_OVERLAP_SECONDS,
    example: 3_600,
    description: 'How long the key of now goes on working; 0 ends it at once.',
  })
  @ValidateIf((_, value) => value !== undefined)
  @IsInt()
  @Min(0)
  @Max(LONGEST_OVERLAP_SECONDS)
  overlapSeconds?: number;
}

/** Filter of the list. */
export class ApiKeyListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: KEY_STATUSES, example: 'active' })
  @IsOptional()
  @IsIn(KEY_STATUSES)
  status?: KeyStatus;
}

/** The purpose of a new key. */
export function toPurpose({ name, scopes, limitPerHour = null, expiresAt = null }: CreateApiKeyDto): KeyPurpose {
  return { name, scopes, limitPerHour, expiresAt: expiresAt === null ? null : new Date(expiresAt) };
}

/** The change that is asked for; undefined stays as it is. */
export function toChange({ name, scopes, limitPerHour, expiresAt }: ChangeApiKeyDto): Partial<KeyPurpose> {
  return { name, scopes, limitPerHour, expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt };
}
