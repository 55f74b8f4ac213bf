import { ApiProperty } from '@nestjs/swagger';
import type { QueueReport } from '#queues';

const JOB = 'transcription.transcribe-chunk';

/** The jobs of one name. */
export class QueueDto {
  @ApiProperty({ example: JOB, description: 'Name of the job.' })
  job!: string;

  @ApiProperty({
    enum: ['media', 'speech', 'mail', 'fetch', 'webhook'],
    example: 'speech',
    description: 'Which slots of a worker it takes.',
  })
  slotClass!: string;

  @ApiProperty({ example: 12, description: 'Due, and not begun.' })
  waiting!: number;

  @ApiProperty({ example: 1, description: 'Not due yet.' })
  later!: number;

  @ApiProperty({ example: 8 })
  running!: number;

  @ApiProperty({ type: Number, nullable: true, example: 8, description: 'Of all workers; null when none takes this job.' })
  slots!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 42, description: 'Seconds the oldest one has been due.' })
  oldestSeconds!: number | null;
}

/** A worker process. */
export class WorkerDto {
  @ApiProperty({ example: 'worker-1/4711/9f8e7d6c' })
  name!: string;

  @ApiProperty({ example: 'worker-1' })
  host!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  startedAt!: string;

  @ApiProperty({
    format: 'date-time',
    example: '2026-11-21T09:30:00.000Z',
    description: 'When it last proved that it takes jobs.',
  })
  seenAt!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { [JOB]: 8 },
    description: 'Jobs it does at once, by name.',
  })
  slots!: Record<string, number>;

  @ApiProperty({ example: 3, description: 'Jobs it has at this moment.' })
  busy!: number;
}

/** Jobs that do not go on. */
export class StuckJobsDto {
  @ApiProperty({ example: JOB })
  job!: string;

  @ApiProperty({ example: 12, description: 'How many.' })
  jobs!: number;

  @ApiProperty({ example: 'Waits for a worker: none that takes it has been seen for 60 s.' })
  reason!: string;
}

/** How transcribing in the background stands. */
export class BackgroundServiceDto {
  @ApiProperty({ enum: ['running', 'no_workers'], example: 'running', description: 'no_workers: nobody takes transcriptions.' })
  state!: 'running' | 'no_workers';

  @ApiProperty({ type: [QueueDto] })
  queues!: QueueDto[];

  @ApiProperty({ type: [WorkerDto] })
  workers!: WorkerDto[];

  @ApiProperty({ type: [StuckJobsDto] })
  stuck!: StuckJobsDto[];
}

/** What was set going. */
export class ProcessedDto {
  @ApiProperty({ example: 3, description: 'Jobs that waited for their next try and are tried now.' })
  triedNow!: number;

  @ApiProperty({ example: 1, description: 'Transcriptions that had failed by a fault of the service and are tried again.' })
  retried!: number;
}

/** The report as it is answered. */
export function toBackgroundService({ queues, workers, stuck }: QueueReport): BackgroundServiceDto {
  const prepared = queues.find(({ name }) => name === 'transcription.prepare');
  return {
    state: (prepared?.slots ?? null) === null ? 'no_workers' : 'running',
    queues: queues.map(({ name, oldestSeconds, ...rest }) => ({
      job: name,
      ...rest,
      oldestSeconds: oldestSeconds === null ? null : Math.round(oldestSeconds),
    })),
    workers: workers.map(({ startedAt, seenAt, ...rest }) => ({
      ...rest,
      startedAt: startedAt.toISOString(),
      seenAt: seenAt.toISOString(),
    })),
    stuck: stuck.map(({ name, ...rest }) => ({ job: name, ...rest })),
  };
}
