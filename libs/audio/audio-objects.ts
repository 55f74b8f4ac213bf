import { Injectable } from '@nestjs/common';
import { Audio, SecondTrack, type SystemTransaction } from '#database';
import { In } from 'typeorm';

const PAGE = `
(SELECT id, object_key AS "objectKey" FROM audio WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2)
UNION ALL
(SELECT stored_as, object_key FROM second_tracks WHERE $1::uuid IS NULL OR stored_as > $1 ORDER BY stored_as LIMIT $2)
ORDER BY id LIMIT $2`;

const BYTES = `
SELECT workspace_id AS id, sum(bytes)::float8 AS bytes FROM (
  SELECT workspace_id, bytes FROM audio UNION ALL SELECT workspace_id, bytes FROM second_tracks) AS stored
GROUP BY workspace_id`;

/** Which objects the recordings of all workspaces have: to compare the store with. */
@Injectable()
export class AudioObjects {
  /** Those of these recordings that there are, as recordings or as second tracks. */
  async existing(tx: SystemTransaction, ids: string[]): Promise<Set<string>> {
    const rows = await tx.manager.find(Audio, { select: { id: true }, where: { id: In(ids) } });
    const tracks = await tx.manager.find(SecondTrack, { select: { storedAs: true }, where: { storedAs: In(ids) } });
    return new Set([...rows.map(({ id }) => id), ...tracks.map(({ storedAs }) => storedAs)]);
  }

  /**
   * Some recordings and second tracks with the keys of their originals, in the order of their ids.
   * @param after the last id of those before, null at first
   */
  async page(tx: SystemTransaction, after: string | null, limit: number): Promise<Pick<Audio, 'id' | 'objectKey'>[]> {
    return tx.query(PAGE, [after, limit]);
  }

  /** Bytes of all recordings with their second tracks, by workspace. */
  async bytesByWorkspace(tx: SystemTransaction): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: string; bytes: number }>(BYTES);
    return new Map(rows.map(({ id, bytes }) => [id, bytes]));
  }
}
