import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsString, Length, Matches, MaxLength, MinLength, registerDecorator } from 'class-validator';
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from '../../passwords.js';

/** bcrypt reads 72 bytes; what it would not read is refused, not ignored. */
export function FitsBcrypt(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'passwordBytes',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => typeof value === 'string' && Buffer.byteLength(value) <= PASSWORD_MAX_BYTES,
        defaultMessage: (argument) =>
          `${argument?.property} must be at most ${PASSWORD_MAX_BYTES} bytes long (an accented letter takes two)`,
      },
    });
  };
}

/** An e-mail address, as every body has it. */
export function EmailAddress(description?: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'ada@example.com', maxLength: 254, description }),
    IsEmail({}, { message: '$property must be an e-mail address' }),
    MaxLength(254),
  );
}

/** A password that is to be set. */
export function NewPassword(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      example: 'a long sentence is a good password',
      format: 'password',
      minLength: PASSWORD_MIN_LENGTH,
      description: `${PASSWORD_MIN_LENGTH} characters or more, ${PASSWORD_MAX_BYTES} bytes at most; no rules about their kinds, but none of those tried first.`,
    }),
    IsString(),
    MinLength(PASSWORD_MIN_LENGTH),
    FitsBcrypt(),
  );
}

/** A password that is in force. */
export function CurrentPassword(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'a long sentence is a good password', format: 'password' }),
    IsString(),
    MaxLength(1_000),
  );
}

/** A name that others see. */
export function PersonName(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'Ada Lovelace', minLength: 1, maxLength: 100, description: 'How other people see you.' }),
    IsString(),
    Length(1, 100),
    Matches(/\S/, { message: '$property must not be blank' }),
  );
}

/** What POST auth/login takes. */
export class LoginDto {
  @EmailAddress()
  email!: string;

  @CurrentPassword()
  password!: string;
}

/** What POST auth/register takes. */
export class RegisterDto {
  @EmailAddress()
  email!: string;

  @NewPassword()
  password!: string;

  @PersonName()
  name!: string;
}

/** What POST auth/refresh takes. */
export class RefreshDto {
  @ApiProperty({
    description: 'From the last login or refresh; good once.',
    example: '019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f.0.3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY',
  })
  @IsString()
  @MaxLength(200)
  refreshToken!: string;
}
