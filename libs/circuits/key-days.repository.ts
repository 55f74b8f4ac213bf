import { Injectable } from '@nestjs/common';
import { Database } from '#database';

/** What a key was used for. */
export interface KeyUse {
  calls: number;
  /** Of sound. */
  seconds: number;
}

const ADD = `
INSERT INTO key_days AS d (key_id, day, calls, seconds)
SELECT key_id, (now() AT TIME ZONE 'UTC')::date, calls, seconds
FROM unnest($1::text[], $2::int[], $3::float8[]) AS used (key_id, calls, seconds)
ON CONFLICT (key_id, day) DO UPDATE SET calls = d.calls + excluded.calls, seconds = d.seconds + excluded.seconds`;

const TODAY = `SELECT key_id AS "keyId", calls, seconds FROM key_days WHERE day = (now() AT TIME ZONE 'UTC')::date`;
const FORGET = `DELETE FROM key_days WHERE day < (now() AT TIME ZONE 'UTC')::date - 35`;

/** What the installation's keys were used for, by day (UTC). */
@Injectable()
export class KeyDaysRepository {
  constructor(private readonly database: Database) {}

  async add(used: ReadonlyMap<string, KeyUse>): Promise<void> {
    const uses = [...used.values()];
    const parameters = [[...used.keys()], uses.map(({ calls }) => calls), uses.map(({ seconds }) => seconds)];
    await this.database.asSystem(async (tx) => {
      await tx.execute(ADD, parameters);
      await tx.execute(FORGET);
    });
  }

  async today(): Promise<Map<string, KeyUse>> {
    const rows = await this.database.asSystem((tx) => tx.query<KeyUse & { keyId: string }>(TODAY));
    return new Map(rows.map(({ keyId, calls, seconds }) => [keyId, { calls, seconds }]));
  }
}
