import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

/** A signed-in device: one family of refresh tokens, of which only the newest is good. */
@Entity('sessions')
@Index('sessions_token_hash_key', ['tokenHash'], { unique: true })
@Index('sessions_user_id_idx', ['userId'])
@Index('sessions_expires_at_idx', ['expiresAt'])
export class Session {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  @ForeignKey(() => User, { name: 'sessions_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string;

  /** SHA-256 of the refresh token in force, hexadecimal. */
  @Column('text', { name: 'token_hash', select: false })
  tokenHash!: string;

  /** 256 random bits; with the server's secret and the turn they give the refresh token of that turn. */
  @Column('bytea', { select: false })
  seed!: Buffer;

  /** How often the refresh token was exchanged. */
  @Column('integer', { default: 0 })
  turn!: number;

  @Column('text', { nullable: true })
  device!: string | null;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'refreshed_at', default: () => 'now()' })
  refreshedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  /** Why: see `SessionEnd`. */
  @Column('text', { name: 'end_reason', nullable: true })
  endReason!: string | null;
}
