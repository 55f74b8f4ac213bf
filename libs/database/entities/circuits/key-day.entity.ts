import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a key of the installation was used for on one day (UTC), for keys that may be used so much a day only. */
@Entity('key_days')
export class KeyDay {
  /** The provider, `/`, and the fingerprint of the key. */
  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  @PrimaryColumn('date')
  day!: string;

  @Column('integer')
  calls!: number;

  /** Of sound. */
  @Column('double precision')
  seconds!: number;
}
