import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUrl, MaxLength } from 'class-validator';

/** Query of auth/{provider}/login. */
export class BeginSignInQueryDto {
  @ApiProperty({
    required: false,
    example: 'https://app.example.com/signed-in',
    description:
      'Where the browser goes with `?code=…` after the sign-in; one of the addresses the operator allows. Left out, the callback answers with the tokens.',
  })
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  @MaxLength(2_000)
  returnTo?: string;
}

/** What POST auth/exchange takes. */
export class ExchangeDto {
  @ApiProperty({
    example: 'Q2h3RzJ1b0pUc0t4ZkR0b1ZrV3hLQ0Z5dVhNdXlCaU8',
    description: 'From the address the browser came back to; good once, for a minute.',
  })
  @IsString()
  @MaxLength(100)
  code!: string;
}
