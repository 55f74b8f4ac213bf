import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

interface NewSession {
  id: string;
  userId: string;
  seed: Buffer;
  tokenHash: string;
  device: string | null;
  address: string | null;
  days: number;
}

/** A session that has not ended. */
export interface OpenSession {
  userId: string;
  seed: Buffer;
  /** Of the refresh token in force. */
  tokenHash: string;
  /** How often its refresh token was exchanged. */
  turn: number;
  /** Since the last exchange, by the database's clock. */
  secondsSinceExchange: number;
}

/** A session, as its owner sees it. */
export interface SessionRow {
  id: string;
  /** The client's user agent at the sign-in. */
  device: string | null;
  address: string | null;
  createdAt: Date;
  /** When its tokens were last renewed. */
  lastUsedAt: Date;
}

/** Why a session ended. */
export type SessionEnd = 'logout' | 'reuse' | 'ended_by_user' | 'password_changed' | 'password_reset' | 'account_deleted';

const OPEN = 'ended_at IS NULL AND expires_at > now()';

/** Signed-in devices. */
@Injectable()
export class SessionsRepository {
  async insert(tx: SystemTransaction, session: NewSession): Promise<void> {
    await tx.execute(
      `INSERT INTO sessions (id, user_id, seed, token_hash, device, address, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))`,
      [session.id, session.userId, session.seed, session.tokenHash, session.device, session.address, session.days],
    );
  }

  /** A session that has not ended; locked until the transaction ends. */
  async lock(tx: SystemTransaction, id: string): Promise<OpenSession | null> {
    const [row] = await tx.query<OpenSession>(
      `SELECT user_id AS "userId", seed, token_hash AS "tokenHash", turn, extract(epoch FROM clock_timestamp() - refreshed_at)::float8 AS "secondsSinceExchange"
       FROM sessions WHERE id = $1 AND ${OPEN} FOR UPDATE`,
      [id],
    );
    return row ?? null;
  }

  /** Puts the refresh token of the next turn in force. */
  async exchange(tx: SystemTransaction, id: string, turn: number, tokenHash: string): Promise<void> {
    await tx.execute(`UPDATE sessions SET turn = $2, token_hash = $3, refreshed_at = clock_timestamp() WHERE id = $1`, [
      id,
      turn,
      tokenHash,
    ]);
  }

  /** The user's open sessions, newest first. */
  async list(tx: SystemTransaction, userId: string, request: PageRequest): Promise<Page<SessionRow>> {
    const { page, limit, after } = request;
    const [count] = await tx.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM sessions WHERE user_id = $1 AND ${OPEN}`,
      [userId],
    );
    const found = await tx.query<SessionRow>(
      `SELECT id, device, address, created_at AS "createdAt", refreshed_at AS "lastUsedAt" FROM sessions
       WHERE user_id = $1 AND ${OPEN} AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3 OFFSET $4`,
      [userId, after ?? null, limit + 1, after === undefined ? (page - 1) * limit : 0],
    );
    return pageOf(found, count?.total ?? 0, request);
  }

  /**
   * Ends a session of a user; its access tokens are refused from the next request on.
   * @returns false when the user has no such open session
   */
  async end(tx: SystemTransaction, { id, userId }: { id: string; userId: string }, reason: SessionEnd): Promise<boolean> {
    const sql = `UPDATE sessions SET ended_at = now(), end_reason = $3 WHERE id = $1 AND user_id = $2 AND ${OPEN}`;
    return (await tx.execute(sql, [id, userId, reason])) > 0;
  }

  /** Ends all open sessions of a user, but the one to be kept. @returns their ids */
  async endAll(tx: SystemTransaction, userId: string, reason: SessionEnd, kept: string | null): Promise<string[]> {
    const ended = await tx.query<{ id: string }>(
      `UPDATE sessions SET ended_at = now(), end_reason = $2
       WHERE user_id = $1 AND ${OPEN} AND ($3::uuid IS NULL OR id <> $3) RETURNING id`,
      [userId, reason, kept],
    );
    return ended.map(({ id }) => id);
  }

  /** Removes sessions that ended, or ran out, so many days ago. */
  async sweep(tx: SystemTransaction, days: number): Promise<number> {
    return tx.execute(`DELETE FROM sessions WHERE least(ended_at, expires_at) < now() - make_interval(days => $1)`, [days]);
  }
}
