import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import { ChangeFeed, Database, type PlatformRole } from '#database';
import { normaliseEmail } from './normalise-email.js';

const GRANT = `
UPDATE users u SET platform_role = $2 FROM users before, memberships m, workspaces w
WHERE u.email = $1 AND before.id = u.id
  AND m.user_id = u.id AND m.role = 'owner' AND w.id = m.workspace_id AND w.kind = 'personal'
RETURNING u.id AS "userId", before.platform_role AS before, w.id AS "workspaceId"`;

/** What people may do beyond their workspaces. Only whoever has the database sets it. */
@Injectable()
export class PlatformRoles {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly changes: ChangeFeed,
  ) {}

  /**
   * Gives a person a platform role, from the next request on.
   * @returns the role there was before; null when nobody has that address
   */
  async grant(email: string, role: PlatformRole): Promise<PlatformRole | null> {
    return this.database.asSystem(async (tx) => {
      const [row] = await tx.query<{ userId: string; before: PlatformRole; workspaceId: string }>(GRANT, [
        normaliseEmail(email),
        role,
      ]);
      if (row === undefined) return null;
      const { userId, before, workspaceId } = row;
      await this.audit.record(tx, {
        workspaceId,
        actor: { kind: 'system' },
        action: 'account.platform_role_changed',
        target: { kind: 'user', id: userId },
        details: { before, role },
      });
      await this.changes.announce(tx, `user:${userId}`);
      return before;
    });
  }
}
