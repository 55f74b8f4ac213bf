import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const PLATFORM_ROLES = ['user', 'moderator', 'admin'] as const;
/** What somebody may do beyond their workspaces. */
export type PlatformRole = (typeof PLATFORM_ROLES)[number];

/** A person who can sign in. */
@Entity('users')
@Index('users_email_key', ['email'], { unique: true })
@Check('users_platform_role_check', `platform_role IN ('user', 'moderator', 'admin')`)
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  /** Lower case, so that one address is one account. */
  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  /** bcrypt; read by sign-in alone. Null for people who sign in elsewhere. */
  @Column('text', { name: 'password_hash', select: false, nullable: true })
  passwordHash!: string | null;

  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  emailVerifiedAt!: Date | null;

  @Column('text', { name: 'platform_role', default: 'user' })
  platformRole!: PlatformRole;

  /** Kept out by an operator. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  /** Deleted by the owner; the rows go after a while. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
