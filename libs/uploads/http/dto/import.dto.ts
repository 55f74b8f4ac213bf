import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { MAX_ADDRESS_LENGTH } from '#outgoing';

/** A recording to be fetched. */
export class ImportDto {
  @ApiProperty({
    format: 'uri',
    maxLength: MAX_ADDRESS_LENGTH,
    description:
      'Where the file lies: https or http, reachable by anybody on the public internet, without signing in. A signed link is kept sealed, and forgotten once it is fetched.',
    example: 'https://files.example.com/2026/meeting.opus',
  })
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  url!: string;

  @ApiPropertyOptional({
    maxLength: 255,
    description: 'What the recording is called. Left out: as in the address.',
    example: 'meeting.opus',
  })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  @Matches(/^[^\p{C}]*[^\p{C}\s][^\p{C}]*$/u, { message: 'name must hold something to read and no control characters' })
  name?: string;

  @ApiPropertyOptional({
    description: 'SHA-256 the file must have, hexadecimal.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  @IsOptional()
  @Matches(/^[0-9a-f]{64}$/i, { message: 'sha256 must be 64 hexadecimal digits' })
  sha256?: string;
}
