import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** One wrong field. */
export class ViolationDto {
  @ApiProperty({ description: 'Where in the request, dotted.', example: 'email' })
  path!: string;

  @ApiProperty({ description: 'What the value must be.', example: 'email must be an e-mail address' })
  message!: string;

  @ApiProperty({ description: 'Stable name of the rule.', example: 'is_email' })
  code!: string;
}

/** The body of every error: problem details, RFC 9457. */
export class ProblemDto {
  @ApiProperty({
    format: 'uri-reference',
    description: 'Names the kind of problem; ends with the code.',
    example: '/problems/validation_failed',
  })
  type!: string;

  @ApiProperty({ description: 'The same for every occurrence of the code.', example: 'Some fields are wrong' })
  title!: string;

  @ApiProperty({ description: 'The HTTP status.', example: 422 })
  status!: number;

  @ApiProperty({
    description: 'What was wrong this time and what to do.',
    example: 'One field is wrong: email must be an e-mail address.',
  })
  detail!: string;

  @ApiProperty({ format: 'uri-reference', description: 'The path that was asked for.', example: '/api/v1/auth/register' })
  instance!: string;

  @ApiProperty({ description: 'Stable; branch on this.', example: 'validation_failed' })
  code!: string;

  @ApiProperty({
    description: 'Give it when you report the problem; it stands in our logs.',
    example: 'req_019a0c2e7b6f7c3e9d1f2a3b4c5d6e7f',
  })
  requestId!: string;

  @ApiPropertyOptional({ type: [ViolationDto], description: 'The wrong fields, when the code is validation_failed.' })
  errors?: ViolationDto[];
}
