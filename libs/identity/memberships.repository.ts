import { Injectable } from '@nestjs/common';
import type { Role, SystemTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

/** Somebody who belongs to a workspace. */
export interface MemberOfWorkspace {
  /** The user's. */
  id: string;
  email: string;
  name: string;
  role: Role;
  joinedAt: Date;
}

const MEMBER = `
SELECT u.id, u.email, u.name, m.role, m.created_at AS "joinedAt"
FROM memberships m JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE m.workspace_id = $1`;

/** Who belongs to which workspace. Callers hold the workspace's lock while they change something. */
@Injectable()
export class MembershipsRepository {
  async find(tx: SystemTransaction, workspaceId: string, userId: string): Promise<MemberOfWorkspace | null> {
    const [row] = await tx.query<MemberOfWorkspace>(`${MEMBER} AND m.user_id = $2`, [workspaceId, userId]);
    return row ?? null;
  }

  /** @param email in lower case */
  async hasAddress(tx: SystemTransaction, workspaceId: string, email: string): Promise<boolean> {
    return (await tx.query(`${MEMBER} AND u.email = $2`, [workspaceId, email])).length > 0;
  }

  /** Newest accounts first. */
  async list(tx: SystemTransaction, workspaceId: string, request: PageRequest): Promise<Page<MemberOfWorkspace>> {
    const { page, limit, after } = request;
    const found = await tx.query<MemberOfWorkspace>(
      `${MEMBER} AND ($2::uuid IS NULL OR u.id < $2) ORDER BY u.id DESC LIMIT $3 OFFSET $4`,
      [workspaceId, after ?? null, limit + 1, after === undefined ? (page - 1) * limit : 0],
    );
    const [count] = await tx.query<{ total: number }>(`SELECT count(*)::int AS total FROM (${MEMBER}) AS members`, [workspaceId]);
    return pageOf(found, count?.total ?? 0, request);
  }

  /** Where letters about a workspace go: to its owners and admins whose accounts are neither kept out nor going away. */
  async adminsOf(tx: SystemTransaction, workspaceId: string): Promise<{ email: string; workspaceName: string }[]> {
    return tx.query(
      `SELECT admins.email, w.name AS "workspaceName"
       FROM (${MEMBER} AND m.role IN ('owner', 'admin') AND u.disabled_at IS NULL) AS admins JOIN workspaces w ON w.id = $1
       ORDER BY admins.id`,
      [workspaceId],
    );
  }

  /** Owners whose accounts are neither kept out nor going away. */
  async countOwners(tx: SystemTransaction, workspaceId: string): Promise<number> {
    const [row] = await tx.query<{ owners: number }>(
      `SELECT count(*)::int AS owners FROM (${MEMBER} AND m.role = 'owner' AND u.disabled_at IS NULL) AS owners`,
      [workspaceId],
    );
    return row?.owners ?? 0;
  }

  /** False when the user belongs to it already. */
  async insert(tx: SystemTransaction, workspaceId: string, userId: string, role: Role): Promise<boolean> {
    const inserted = await tx.execute(
      'INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3) ON CONFLICT (workspace_id, user_id) DO NOTHING',
      [workspaceId, userId, role],
    );
    return inserted > 0;
  }

  async setRole(tx: SystemTransaction, workspaceId: string, userId: string, role: Role): Promise<void> {
    await tx.execute('UPDATE memberships SET role = $3 WHERE workspace_id = $1 AND user_id = $2', [workspaceId, userId, role]);
  }

  async remove(tx: SystemTransaction, workspaceId: string, userId: string): Promise<void> {
    await tx.execute('DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2', [workspaceId, userId]);
  }
}
