import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A worker process and when its canary job last ran. */
@Entity('worker_pulses')
export class WorkerPulse {
  /** Host name, process id and a random part. */
  @PrimaryColumn('text')
  worker!: string;

  /** The machine or container it runs on. */
  @Column('text', { default: '' })
  host!: string;

  /** How many jobs of each name it runs at once; of a name that is not there it takes none. */
  @Column('jsonb', { default: {} })
  slots!: Record<string, number>;

  /** Somebody wants it to stop what it does, hand it back and go on; it takes this back when it has. */
  @Column('boolean', { name: 'restart_asked', default: false })
  restartAsked!: boolean;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'canary_at', default: () => 'now()' })
  canaryAt!: Date;
}
