import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

/** What every workspace is counted to store: to compare it with what is there. */
@Injectable()
export class StoredBytes {
  async byWorkspace(tx: SystemTransaction): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: string; bytes: number }>(
      `SELECT workspace_id AS id, used::float8 AS bytes FROM quota_periods WHERE resource = 'storage'`,
    );
    return new Map(rows.map(({ id, bytes }) => [id, bytes]));
  }
}
