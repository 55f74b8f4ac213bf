import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../identity/user.entity.js';

/** A person as an outside identity provider knows them. The subject names them, never the e-mail address. */
@Entity('user_identities')
@Index('user_identities_user_id_idx', ['userId'])
export class UserIdentity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'user_identities_pkey' })
  issuer!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'user_identities_pkey' })
  subject!: string;

  /** Null once the provider said that the person is gone: what it still sends about them is too late. */
  @Column('uuid', { name: 'user_id', nullable: true })
  @ForeignKey(() => User, { name: 'user_identities_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string | null;

  /** Kept out by the provider. What the operator here decided is another matter. */
  @Column('boolean', { default: false })
  banned!: boolean;

  /** When what we know of the person was last changed, by the provider's clock; older news is ignored. */
  @Column('timestamptz', { name: 'changed_at', nullable: true })
  changedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
