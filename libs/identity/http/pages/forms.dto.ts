import { IsOptional, IsString, MaxLength } from 'class-validator';

/** The query of a link in a letter. */
export class LetterQueryDto {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  token?: string;
}

/** What the button of the verification page sends. */
export class VerifyEmailFormDto {
  @IsString()
  @MaxLength(200)
  token!: string;
}

/** What the form for a new password sends; the rules of passwords are told on the page. */
export class ResetPasswordFormDto {
  @IsString()
  @MaxLength(200)
  token!: string;

  @IsString()
  @MaxLength(1_000)
  password!: string;
}
