import { Injectable } from '@nestjs/common';
import type { PlatformRole, Plan, Role, SystemTransaction } from '#database';

/** A member of a workspace, as the rows say. */
export interface MemberRow {
  userId: string;
  email: string;
  name: string;
  platformRole: PlatformRole;
  workspaceId: string;
  workspaceName: string;
  plan: Plan;
  role: Role;
}

const MEMBER = `
  u.id AS "userId", u.email, u.name, u.platform_role AS "platformRole",
  w.id AS "workspaceId", w.name AS "workspaceName", w.plan, m.role`;

/** Neither kept out nor going away. */
const LIVING_USER = 'u.disabled_at IS NULL AND u.deleted_at IS NULL';

/** Reads who stands behind a session or a user id, with the role in one workspace. */
@Injectable()
export class ActorsRepository {
  /**
   * By session.
   * @returns null when the session has ended; `member` null when the user does not belong to the workspace, or it is being deleted
   */
  async ofSession(
    tx: SystemTransaction,
    sessionId: string,
    workspaceId: string,
  ): Promise<{ secondsLeft: number; member: MemberRow | null } | null> {
    const [row] = await tx.query<MemberRow & { secondsLeft: number }>(
      `SELECT extract(epoch FROM s.expires_at - now())::float8 AS "secondsLeft", ${MEMBER}
       FROM sessions s JOIN users u ON u.id = s.user_id AND ${LIVING_USER}
       LEFT JOIN memberships m ON m.user_id = u.id AND m.workspace_id = $2
       LEFT JOIN workspaces w ON w.id = m.workspace_id AND w.deleted_at IS NULL
       WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now()`,
      [sessionId, workspaceId],
    );
    if (row === undefined) return null;
    const { secondsLeft, ...member } = row;
    return { secondsLeft, member: member.workspaceId === null ? null : member };
  }

  /**
   * By user.
   * @param workspaceId null: the personal one
   * @returns null when there is no such user, or no such workspace of theirs
   */
  async ofUser(tx: SystemTransaction, userId: string, workspaceId: string | null): Promise<MemberRow | null> {
    const [row] = await tx.query<MemberRow>(
      `SELECT ${MEMBER} FROM users u JOIN memberships m ON m.user_id = u.id
       JOIN workspaces w ON w.id = m.workspace_id AND w.deleted_at IS NULL
       WHERE u.id = $1 AND ${LIVING_USER}
         AND CASE WHEN $2::uuid IS NULL THEN w.kind = 'personal' AND m.role = 'owner' ELSE w.id = $2 END`,
      [userId, workspaceId],
    );
    return row ?? null;
  }
}
