import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A person who can sign in. */
@Entity('users')
@Index('users_email_key', ['email'], { unique: true })
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  /** Lower case, so that one address is one account. */
  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  /** bcrypt; read by sign-in alone. */
  @Column('text', { name: 'password_hash', select: false })
  passwordHash!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
