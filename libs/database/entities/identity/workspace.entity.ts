import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The tenant: every recording, transcript and limit belongs to one. */
@Entity('workspaces')
@Check('workspaces_kind_check', `kind IN ('personal', 'team')`)
export class Workspace {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: 'personal' | 'team';

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
