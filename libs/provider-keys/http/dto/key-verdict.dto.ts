import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches, ValidateIf } from 'class-validator';
import { VENDOR_IDS, type VendorId } from '#config';
import type { Verdict } from '../../provider-keys.service.js';

/** Either a key that is not kept, with its provider, or one of the workspace's. */
export class CheckProviderKeyDto {
  @ApiPropertyOptional({
    format: 'uuid',
    example: '019aa3a4-7b8c-7d9e-8f01-a2b3c4d5e6f7',
    description: 'A key of the workspace.',
  })
  @ValidateIf(
    ({ id, apiKey, provider }: CheckProviderKeyDto) => id !== undefined || (apiKey === undefined && provider === undefined),
  )
  @IsUUID(undefined, { message: 'id must be the id of a key; or leave it out and give provider and apiKey' })
  id?: string;

  @ApiPropertyOptional({ enum: [...VENDOR_IDS], enumName: 'KeyedProvider', example: 'openai' })
  @ValidateIf(({ id }: CheckProviderKeyDto) => id === undefined)
  @IsIn(VENDOR_IDS)
  provider?: VendorId;

  @ApiPropertyOptional({ example: 'sk-proj-0123456789abcdef', minLength: 16, maxLength: 512, writeOnly: true })
  @ValidateIf(({ id }: CheckProviderKeyDto) => id === undefined)
  @Matches(/^[\x21-\x7e]{16,512}$/, { message: 'apiKey must be 16 to 512 visible ASCII characters, without spaces' })
  apiKey?: string;
}

/** What its provider says of a key. */
export class KeyVerdictDto {
  @ApiProperty({ enum: [...VENDOR_IDS], enumName: 'KeyedProvider', example: 'openai' })
  provider!: string;

  @ApiProperty({ example: false })
  valid!: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'invalid_api_key', description: "The provider's code for its refusal." })
  code!: string | null;

  @ApiProperty({ example: 'openai does not know the key, or does not let it be checked.' })
  detail!: string;
}

export function toKeyVerdict(verdict: Verdict): KeyVerdictDto {
  const { provider } = verdict;
  if (verdict.outcome === 'good') return { provider, valid: true, code: null, detail: `${provider} takes the key.` };
  return { provider, valid: false, code: verdict.code, detail: `${provider} ${verdict.reason}.` };
}
