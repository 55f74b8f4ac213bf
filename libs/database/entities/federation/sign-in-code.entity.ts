import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../identity/user.entity.js';

/** A code with which a client app gets the tokens of a person who signed in elsewhere; good once, for a minute. */
@Entity('sign_in_codes')
@Index('sign_in_codes_expires_at_idx', ['expiresAt'])
export class SignInCode {
  /** SHA-256, hexadecimal. */
  @PrimaryColumn('text', { name: 'code_hash', primaryKeyConstraintName: 'sign_in_codes_pkey' })
  codeHash!: string;

  @Column('uuid', { name: 'user_id' })
  @ForeignKey(() => User, { name: 'sign_in_codes_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
