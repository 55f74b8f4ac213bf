import { Injectable } from '@nestjs/common';
import { LessThan, IsNull } from 'typeorm';
import { Invitation, type SystemTransaction, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

/** What decides about accepting an invitation. */
export interface FoundInvitation {
  id: string;
  workspaceId: string;
  email: string;
  role: Invitation['role'];
  accepted: boolean;
  revoked: boolean;
  expired: boolean;
}

interface NewInvitation {
  id: string;
  workspaceId: string;
  email: string;
  role: Invitation['role'];
  tokenHash: string;
  invitedBy: string;
  days: number;
}

const FOUND = `
SELECT id, workspace_id AS "workspaceId", email, role, accepted_at IS NOT NULL AS accepted, revoked_at IS NOT NULL AS revoked,
  expires_at <= now() AS expired
FROM invitations`;

const OPEN = 'accepted_at IS NULL AND revoked_at IS NULL';

/** Invitations to workspaces. Open is what was neither accepted nor revoked, expired or not. */
@Injectable()
export class InvitationsRepository extends WorkspaceRepository<Invitation> {
  constructor() {
    super(Invitation);
  }

  /** The open ones, newest first. */
  async list(tx: WorkspaceTransaction, request: PageRequest): Promise<Page<Invitation>> {
    const { page, limit, after } = request;
    const open = this.scope(tx, { acceptedAt: IsNull(), revokedAt: IsNull() });
    const where = after === undefined ? open : { ...open, id: LessThan(after) };
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(open), request);
  }

  /** How many a workspace has that can be accepted, and how many it sent within a day. */
  async count(tx: SystemTransaction, workspaceId: string): Promise<{ acceptable: number; sentToday: number }> {
    const [row] = await tx.query<{ acceptable: number; sentToday: number }>(
      `SELECT count(*) FILTER (WHERE ${OPEN} AND expires_at > now())::int AS acceptable,
         count(*) FILTER (WHERE created_at > now() - interval '1 day')::int AS "sentToday"
       FROM invitations WHERE workspace_id = $1`,
      [workspaceId],
    );
    return row ?? { acceptable: 0, sentToday: 0 };
  }

  async insert(tx: SystemTransaction, invitation: NewInvitation): Promise<void> {
    const { id, workspaceId, email, role, tokenHash, invitedBy, days } = invitation;
    await tx.execute(
      `INSERT INTO invitations (id, workspace_id, email, role, token_hash, invited_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))`,
      [id, workspaceId, email, role, tokenHash, invitedBy, days],
    );
  }

  async read(tx: SystemTransaction, workspaceId: string, id: string): Promise<Invitation> {
    return tx.manager.findOneByOrFail(Invitation, { workspaceId, id });
  }

  /** By its token, accepted and revoked ones too. */
  async findByToken(tx: SystemTransaction, tokenHash: string): Promise<FoundInvitation | null> {
    const [row] = await tx.query<FoundInvitation>(`${FOUND} WHERE token_hash = $1`, [tokenHash]);
    return row ?? null;
  }

  /** Says who may still be asked for: the address of an open one of that id. Null when there is none. */
  async revoke(tx: SystemTransaction, workspaceId: string, id: string): Promise<string | null> {
    const [row] = await tx.query<{ email: string }>(
      `UPDATE invitations SET revoked_at = now() WHERE workspace_id = $1 AND id = $2 AND ${OPEN} RETURNING email`,
      [workspaceId, id],
    );
    return row?.email ?? null;
  }

  /** Takes back the open one to an address: a new one takes its place. */
  async revokeTo(tx: SystemTransaction, workspaceId: string, email: string): Promise<void> {
    await tx.execute(`UPDATE invitations SET revoked_at = now() WHERE workspace_id = $1 AND email = $2 AND ${OPEN}`, [
      workspaceId,
      email,
    ]);
  }

  /** Takes back what a member sent. */
  async revokeOf(tx: SystemTransaction, workspaceId: string, invitedBy: string): Promise<void> {
    await tx.execute(`UPDATE invitations SET revoked_at = now() WHERE workspace_id = $1 AND invited_by = $2 AND ${OPEN}`, [
      workspaceId,
      invitedBy,
    ]);
  }

  async accept(tx: SystemTransaction, workspaceId: string, id: string): Promise<void> {
    await tx.execute('UPDATE invitations SET accepted_at = now() WHERE workspace_id = $1 AND id = $2', [workspaceId, id]);
  }
}
