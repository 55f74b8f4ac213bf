import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

/** A team's workspace somebody belongs to. */
export interface Team {
  id: string;
  name: string;
  /** Whether nobody else owns it whose account stays. */
  lastOwner: boolean;
}

/** The teams of one user. */
@Injectable()
export class MembershipsOfUserRepository {
  /** All of them that are not being deleted; locked, so that no other owner leaves before this transaction has ended. */
  async lockTeamsOf(tx: SystemTransaction, userId: string): Promise<Team[]> {
    const locked = await tx.query<{ id: string }>(
      `SELECT w.id FROM workspaces w JOIN memberships m ON m.workspace_id = w.id
       WHERE m.user_id = $1 AND w.kind = 'team' ORDER BY w.id FOR NO KEY UPDATE OF w`,
      [userId],
    );
    return tx.query<Team>(
      `SELECT w.id, w.name, m.role = 'owner' AND NOT EXISTS (
         SELECT 1 FROM memberships o JOIN users u ON u.id = o.user_id AND u.deleted_at IS NULL AND u.disabled_at IS NULL
         WHERE o.workspace_id = w.id AND o.role = 'owner' AND o.user_id <> $1) AS "lastOwner"
       FROM workspaces w JOIN memberships m ON m.workspace_id = w.id
       WHERE m.user_id = $1 AND w.id = ANY ($2) AND w.deleted_at IS NULL ORDER BY w.id`,
      [userId, locked.map(({ id }) => id)],
    );
  }

  /** Ends the membership in all teams that are not being deleted: who owns one of those may still want it back. */
  async endTeamsOf(tx: SystemTransaction, userId: string): Promise<void> {
    await tx.execute(
      `DELETE FROM memberships m USING workspaces w
       WHERE m.user_id = $1 AND w.id = m.workspace_id AND w.kind = 'team' AND w.deleted_at IS NULL`,
      [userId],
    );
  }
}
