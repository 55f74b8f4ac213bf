import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsString, MaxLength, ValidateIf } from 'class-validator';
import type { Profile } from '../../profile.service.js';
import { CurrentPassword, EmailAddress, NewPassword, PersonName } from './credentials.dto.js';

/** The token of a letter. */
function LetterToken(): PropertyDecorator {
  return (target, property) => {
    ApiProperty({
      description: 'From the link in the letter; good once.',
      example: '3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY',
    })(target, property);
    IsString()(target, property);
    MaxLength(200)(target, property);
  };
}

/** What POST auth/verify-email takes. */
export class VerifyEmailDto {
  @LetterToken()
  token!: string;
}

/** What asks for a letter. */
export class LetterRequestDto {
  @EmailAddress()
  email!: string;
}

/** The answer to it, whether or not there is such an account. */
export class LetterRequestedDto {
  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({
    enum: ['requested'],
    example: 'requested',
    description: 'If the address has an account that wants the letter, it is on its way.',
  })
  status!: 'requested';
}

/** Answer of register where addresses must be verified first. */
export class VerificationSentDto {
  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({
    enum: ['verification_sent'],
    example: 'verification_sent',
    description: 'A letter is on its way. If the address had an account already, it tells its owner so.',
  })
  status!: 'verification_sent';
}

/** What POST auth/reset-password takes. */
export class ResetPasswordDto {
  @LetterToken()
  token!: string;

  @NewPassword()
  password!: string;
}

/** What POST auth/change-password takes. */
export class ChangePasswordDto {
  @CurrentPassword()
  currentPassword!: string;

  @NewPassword()
  newPassword!: string;

  @ApiPropertyOptional({ default: true, example: true, description: 'Whether all other devices are signed out.' })
  @ValidateIf((_, value) => value !== undefined)
  @IsBoolean()
  endOtherSessions?: boolean;
}

/** What DELETE auth/account takes. */
export class DeleteAccountDto {
  @CurrentPassword()
  password!: string;
}

/** What PATCH auth/profile takes; what is left out stays. */
export class ChangeProfileDto {
  @ValidateIf((_, value) => value !== undefined)
  @PersonName()
  @ApiPropertyOptional()
  name?: string;

  @ValidateIf((_, value) => value !== undefined)
  @EmailAddress('Becomes yours when you follow the link in the letter sent there. Wants currentPassword.')
  @ApiPropertyOptional()
  email?: string;

  @ValidateIf(({ email, currentPassword }: ChangeProfileDto) => email !== undefined || currentPassword !== undefined)
  @CurrentPassword()
  @ApiPropertyOptional()
  currentPassword?: string;
}

/** Your account. */
export class ProfileDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a' })
  id!: string;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ example: true })
  emailVerified!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'The address you asked for and have not confirmed yet.',
  })
  pendingEmail!: string | null;

  @ApiProperty({ example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ example: true, description: 'False when you only sign in elsewhere.' })
  hasPassword!: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  createdAt!: string;
}

export function toProfile({ userId, createdAt, ...profile }: Profile): ProfileDto {
  return { id: userId, ...profile, createdAt: createdAt.toISOString() };
}
