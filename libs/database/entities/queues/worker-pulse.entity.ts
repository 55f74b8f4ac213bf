import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A worker process and when its canary job last ran. */
@Entity('worker_pulses')
export class WorkerPulse {
  /** Host name, process id and a random part. */
  @PrimaryColumn('text')
  worker!: string;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'canary_at', default: () => 'now()' })
  canaryAt!: Date;
}
