import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** What calls go through, a provider or one key at it, once something was wrong with it. No row: nothing was, lately. */
@Entity('circuits')
@Check('circuits_counts_check', 'failures >= 0 AND openings >= 0')
export class Circuit {
  /** `groq`, or `groq/` and the fingerprint of a key. */
  @PrimaryColumn('text')
  id!: string;

  /** Failed calls in a row since it was last open. */
  @Column('integer', { default: 0 })
  failures!: number;

  /** How often it opened in a row, without a call that was answered between. */
  @Column('integer', { default: 0 })
  openings!: number;

  /** Nothing goes through before; by the database's clock. */
  @Column('timestamptz', { name: 'blocked_until', nullable: true })
  blockedUntil!: Date | null;

  /** Somebody tries whether it works again, and has so long to find out. */
  @Column('timestamptz', { name: 'probe_until', nullable: true })
  probeUntil!: Date | null;

  /** Code of the last thing that was wrong. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' })
  changedAt!: Date;
}
