import { Injectable } from '@nestjs/common';
import type { SystemTransaction, Transaction } from '#database';

export interface SealedKey {
  id: string;
  workspaceId: string;
  masterKeyId: string;
  sealed: Buffer;
}

const COLUMNS = `id, workspace_id AS "workspaceId", master_key_id AS "masterKeyId", sealed`;

/** The sealed keys of the workspaces. */
@Injectable()
export class WorkspaceKeysRepository {
  async find(tx: Transaction, workspaceId: string): Promise<SealedKey | null> {
    const [row] = await tx.query<SealedKey>(`SELECT ${COLUMNS} FROM workspace_keys WHERE workspace_id = $1`, [workspaceId]);
    return row ?? null;
  }

  /** Writes the workspace's key unless another transaction just did; waits for that one. */
  async insertFirst(tx: Transaction, key: SealedKey): Promise<void> {
    await tx.execute(
      `INSERT INTO workspace_keys (id, workspace_id, master_key_id, sealed) VALUES ($1, $2, $3, $4)
       ON CONFLICT (workspace_id) DO NOTHING`,
      [key.id, key.workspaceId, key.masterKeyId, key.sealed],
    );
  }

  /** Master keys that rows are sealed with. */
  async masterKeysInUse(tx: SystemTransaction): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(`SELECT DISTINCT master_key_id AS id FROM workspace_keys`);
    return rows.map(({ id }) => id);
  }

  /**
   * Some keys that are sealed with another master key than the one in force, locked. Waits for those that another run has in hand:
   * one that passed over them would say that all is done while the other can still be killed.
   */
  async lockOutdated(tx: SystemTransaction, masterKeyId: string, limit: number): Promise<SealedKey[]> {
    return tx.query<SealedKey>(
      `SELECT ${COLUMNS} FROM workspace_keys WHERE master_key_id <> $1 ORDER BY id LIMIT $2 FOR UPDATE`,
      [masterKeyId, limit],
    );
  }

  async replace(tx: SystemTransaction, id: string, masterKeyId: string, sealed: Buffer): Promise<void> {
    await tx.execute(`UPDATE workspace_keys SET master_key_id = $2, sealed = $3 WHERE id = $1`, [id, masterKeyId, sealed]);
  }
}
