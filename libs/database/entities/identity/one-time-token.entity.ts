import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

/** What a token sent by mail is good for. */
export type TokenPurpose = 'verify_email' | 'change_email' | 'reset_password';

/** A token sent by mail, good once. */
@Entity('one_time_tokens')
@Index('one_time_tokens_token_hash_key', ['tokenHash'], { unique: true })
@Index('one_time_tokens_user_id_purpose_idx', ['userId', 'purpose'])
@Check('one_time_tokens_purpose_check', `purpose IN ('verify_email', 'change_email', 'reset_password')`)
export class OneTimeToken {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'user_id' })
  @ForeignKey(() => User, { name: 'one_time_tokens_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string;

  /** `change_email` proves an address the account does not have yet. */
  @Column('text')
  purpose!: TokenPurpose;

  /** SHA-256, hexadecimal. */
  @Column('text', { name: 'token_hash', select: false })
  tokenHash!: string;

  /** Where it was sent. Void once the account has another address; one of `change_email`, once its address changed. */
  @Column('text')
  email!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}
