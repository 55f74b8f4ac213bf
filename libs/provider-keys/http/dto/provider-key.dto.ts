import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { VENDOR_IDS, type VendorId } from '#config';
import { PROVIDER_KEY_STATUSES, type ProviderKey, type ProviderKeyStatus } from '#database';
import { PageDto, PageQueryDto } from '#paging/http';

const PROVIDER = { enum: [...VENDOR_IDS], enumName: 'KeyedProvider', example: 'openai' };
const NAME = { example: 'Billing account of the newsroom', maxLength: 100 };
const API_KEY = {
  example: 'sk-proj-0123456789abcdef',
  description: 'As its provider gave it. It is kept sealed and never shown again.',
  minLength: 16,
  maxLength: 512,
  writeOnly: true,
};

/** A key can be a header: visible characters alone. Short texts are no keys, and their last four would give too much away. */
function IsApiKey(): PropertyDecorator {
  return Matches(/^[\x21-\x7e]{16,512}$/, { message: 'apiKey must be 16 to 512 visible ASCII characters, without spaces' });
}

function IsName(): PropertyDecorator {
  return Matches(/\S/, { message: 'name must not be blank' });
}

export class AddProviderKeyDto {
  @ApiProperty(PROVIDER)
  @IsIn(VENDOR_IDS)
  provider!: VendorId;

  @ApiProperty(NAME)
  @IsString()
  @IsName()
  @MaxLength(100)
  name!: string;

  @ApiProperty(API_KEY)
  @IsApiKey()
  apiKey!: string;
}

export class ChangeProviderKeyDto {
  @ApiPropertyOptional(NAME)
  @IsOptional()
  @IsString()
  @IsName()
  @MaxLength(100)
  name?: string;

  @ApiPropertyOptional({
    enum: ['active', 'disabled'],
    example: 'active',
    description: '`active` asks the provider first, when the key is not active.',
  })
  @IsOptional()
  @IsIn(['active', 'disabled'])
  status?: 'active' | 'disabled';
}

export class RotateProviderKeyDto {
  @ApiProperty(API_KEY)
  @IsApiKey()
  apiKey!: string;
}

export class ProviderKeysQueryDto extends PageQueryDto {
  @ApiPropertyOptional(PROVIDER)
  @IsOptional()
  @IsIn(VENDOR_IDS)
  provider?: VendorId;
}

/** A key without its secret. */
export class ProviderKeyDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a4-7b8c-7d9e-8f01-a2b3c4d5e6f7' })
  id!: string;

  @ApiProperty(PROVIDER)
  provider!: string;

  @ApiProperty(NAME)
  name!: string;

  @ApiProperty({ example: 'cdef', description: 'The last four characters of the key; all of it that is ever shown.' })
  lastFour!: string;

  @ApiProperty({
    enum: PROVIDER_KEY_STATUSES,
    enumName: 'ProviderKeyStatus',
    example: 'active',
    description:
      "Of a provider's active keys the oldest is used for all work of the workspace, before the server's own. `rejected`: the provider refused it; until it is replaced, disabled or deleted, work fails rather than moving to the server's key.",
  })
  status!: ProviderKeyStatus;

  @ApiProperty({ type: String, nullable: true, format: 'uuid', example: '019aa3a0-1a2b-7c3d-8e4f-5a6b7c8d9e0f' })
  createdBy!: string | null;

  @ApiProperty({
    format: 'date-time',
    example: '2026-03-02T09:15:00.000Z',
    description: 'When its provider last said that it is good.',
  })
  validatedAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-03-02T09:20:00.000Z' })
  lastUsedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: "Why the last call with it that failed did, in the provider's code; null once it was validated again.",
  })
  lastErrorCode!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:00.000Z' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:00.000Z' })
  updatedAt!: string;
}

export class ProviderKeyPageDto extends PageDto {
  @ApiProperty({ type: [ProviderKeyDto] })
  data!: ProviderKeyDto[];
}

/** What may be seen of a key. */
export function toProviderKey(key: ProviderKey): ProviderKeyDto {
  const { id, provider, name, lastFour, status, createdBy, lastErrorCode } = key;
  return {
    id,
    provider,
    name,
    lastFour,
    status,
    createdBy,
    validatedAt: key.validatedAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    lastErrorCode,
    createdAt: key.createdAt.toISOString(),
    updatedAt: key.updatedAt.toISOString(),
  };
}
