import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A webhook of Clerk that was served; the same one again is not. */
@Entity('clerk_events')
@Index('clerk_events_received_at_idx', ['receivedAt'])
export class ClerkEvent {
  /** Its `svix-id`. */
  @PrimaryColumn('text')
  id!: string;

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt!: Date;
}
