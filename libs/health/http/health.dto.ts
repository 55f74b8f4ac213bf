import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';

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

/** What /health is asked for. */
export class HealthQueryDto {
  @ApiPropertyOptional({ example: true, description: 'With checks, queues, workers, providers and memory.' })
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsOptional()
  @IsBoolean()
  detailed?: boolean;
}

/** The jobs of one name. */
export class QueueHealthDto {
  @ApiProperty({ example: 'transcription.prepare' })
  name!: string;

  @ApiProperty({ example: 3, description: 'Due, and not begun.' })
  waiting!: number;

  @ApiProperty({ example: 2 })
  running!: number;

  @ApiProperty({ type: 'integer', nullable: true, example: 4, description: 'Of all workers; null when none takes this job.' })
  slots!: number | null;

  @ApiProperty({
    type: 'number',
    nullable: true,
    example: 1.5,
    description: 'How long the oldest has been due; null when none waits.',
  })
  oldestSeconds!: number | null;
}

/** The installation's keys of one provider. */
export class ProviderKeysDto {
  @ApiProperty({ example: 3 })
  all!: number;

  @ApiProperty({ example: 2, description: 'Those that are neither waiting nor refused.' })
  usable!: number;
}

/** How a provider does for the whole installation. */
export class ProviderStandingDto {
  @ApiProperty({ example: 'groq' })
  id!: string;

  @ApiProperty({ enum: ['closed', 'open', 'half_open'], example: 'closed', description: 'Open: nothing is sent there for now.' })
  circuit!: 'closed' | 'open' | 'half_open';

  @ApiProperty({ type: 'string', nullable: true, example: null, description: 'Code of what is wrong.' })
  reason!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, example: null, description: 'Until it is tried again.' })
  retryAfterSeconds!: number | null;

  @ApiProperty()
  keys!: ProviderKeysDto;
}

/** Every provider the installation has keys of, and those something is wrong with. */
export class ProvidersStandingDto {
  @ApiProperty({ type: [ProviderStandingDto] })
  providers!: ProviderStandingDto[];
}

/** What the process holds. */
export class MemoryDto {
  @ApiProperty({ example: 160_000_000 })
  residentBytes!: number;

  @ApiProperty({ example: 70_000_000 })
  heapUsedBytes!: number;
}

/** How a process does. */
export class HealthDto {
  @ApiProperty({ enum: ['ok', 'failing'], example: 'ok' })
  status!: 'ok' | 'failing';

  @ApiProperty({ example: 'api' })
  app!: string;

  @ApiProperty({ example: '0.1.0' })
  version!: string;

  @ApiProperty({ example: 86_400 })
  uptimeSeconds!: number;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/CheckDto' },
    description: 'In detail only, as all that follows.',
    example: { database: { ok: true, milliseconds: 2 } },
  })
  checks?: Record<string, CheckDto>;

  @ApiPropertyOptional({ type: [QueueHealthDto], nullable: true, description: 'Null when the database does not tell.' })
  queues?: QueueHealthDto[] | null;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    example: 2,
    description: 'Workers that were seen within the last minute.',
  })
  workers?: number | null;

  @ApiPropertyOptional({ type: [ProviderStandingDto], nullable: true })
  providers?: ProviderStandingDto[] | null;

  @ApiPropertyOptional({ type: MemoryDto })
  memory?: MemoryDto;
}
