import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsString, Length, Matches, MaxLength, MinLength, registerDecorator } from 'class-validator';
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from '../../passwords.js';

/** bcrypt reads 72 bytes; what it would not read is refused, not ignored. */
function FitsBcrypt(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'passwordBytes',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => typeof value === 'string' && Buffer.byteLength(value) <= PASSWORD_MAX_BYTES,
        defaultMessage: () => `password must be at most ${PASSWORD_MAX_BYTES} bytes long (an accented letter takes two)`,
      },
    });
  };
}

/** What POST auth/login takes. */
export class LoginDto {
  @ApiProperty({ example: 'ada@example.com', maxLength: 254 })
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  email!: string;

  @ApiProperty({ example: 'a long sentence is a good password', format: 'password' })
  @IsString()
  @MaxLength(1_000)
  password!: string;
}

/** What POST auth/register takes. */
export class RegisterDto {
  @ApiProperty({ example: 'ada@example.com', maxLength: 254 })
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  email!: string;

  @ApiProperty({
    example: 'a long sentence is a good password',
    format: 'password',
    minLength: PASSWORD_MIN_LENGTH,
    description: `${PASSWORD_MIN_LENGTH} characters or more, ${PASSWORD_MAX_BYTES} bytes at most; no rules about their kinds.`,
  })
  @IsString()
  @MinLength(PASSWORD_MIN_LENGTH)
  @FitsBcrypt()
  password!: string;

  @ApiProperty({ example: 'Ada Lovelace', minLength: 1, maxLength: 100, description: 'How other people see you.' })
  @IsString()
  @Length(1, 100)
  @Matches(/\S/, { message: 'name must not be blank' })
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
