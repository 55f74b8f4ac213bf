import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** That the process runs. */
export class LiveDto {
  @ApiProperty({ enum: ['live'], example: 'live' })
  status!: 'live';
}

/** How one thing that is needed does. */
export class CheckDto {
  @ApiProperty({ example: true })
  ok!: boolean;

  @ApiPropertyOptional({ example: 'Cannot reach Postgres.', description: 'What is wrong, when it is not ok.' })
  detail?: string;

  @ApiProperty({ example: 2 })
  milliseconds!: number;
}

/** Whether the process can serve. */
export class ReadyDto {
  @ApiProperty({ example: true })
  ready!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/CheckDto' },
    example: {
      database: { ok: true, milliseconds: 2 },
      storage: { ok: true, milliseconds: 1 },
      worker: { ok: true, milliseconds: 2 },
    },
  })
  checks!: Record<string, CheckDto>;
}
