import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A browser that was sent to an outside identity provider and has not come back yet. */
@Entity('sign_in_attempts')
@Index('sign_in_attempts_expires_at_idx', ['expiresAt'])
export class SignInAttempt {
  /** SHA-256 of the state, hexadecimal. */
  @PrimaryColumn('text', { name: 'state_hash', primaryKeyConstraintName: 'sign_in_attempts_pkey' })
  stateHash!: string;

  @Column('text')
  provider!: string;

  /** SHA-256 of the cookie of the browser, hexadecimal: nobody else may come back with its state. */
  @Column('text', { name: 'browser_hash' })
  browserHash!: string;

  /** Where the browser goes afterwards; null: it gets the tokens as JSON. */
  @Column('text', { name: 'return_to', nullable: true })
  returnTo!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
