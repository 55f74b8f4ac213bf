import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

/** A token sent by mail, good once. */
@Entity('one_time_tokens')
@Index('one_time_tokens_token_hash_key', ['tokenHash'], { unique: true })
@Index('one_time_tokens_user_id_purpose_idx', ['userId', 'purpose'])
@Check('one_time_tokens_purpose_check', `purpose IN ('verify_email', 'reset_password')`)
export class OneTimeToken {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  @ForeignKey(() => User, { name: 'one_time_tokens_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string;

  @Column('text')
  purpose!: 'verify_email' | 'reset_password';

  /** SHA-256, hexadecimal. */
  @Column('text', { name: 'token_hash', select: false })
  tokenHash!: string;

  /** Where it was sent; void once the account has another address. */
  @Column('text')
  email!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}
