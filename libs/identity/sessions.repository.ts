import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

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
  /** How often its refresh token was exchanged. */
  turn: number;
  /** Since the last exchange, by the database's clock. */
  secondsSinceExchange: number;
}

/** Why a session ended. */
export type SessionEnd = 'logout' | 'reuse' | 'ended_by_user' | 'password_changed' | 'account_deleted';

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
      `SELECT user_id AS "userId", seed, turn, extract(epoch FROM clock_timestamp() - refreshed_at)::float8 AS "secondsSinceExchange"
       FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > now() FOR UPDATE`,
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

  /** Ends a session; its access tokens are refused from the next request on. */
  async end(tx: SystemTransaction, id: string, reason: SessionEnd): Promise<void> {
    await tx.execute(`UPDATE sessions SET ended_at = now(), end_reason = $2 WHERE id = $1 AND ended_at IS NULL`, [id, reason]);
  }
}
