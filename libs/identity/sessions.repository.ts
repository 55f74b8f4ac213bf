import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

interface NewSession {
  id: string;
  userId: string;
  tokenHash: string;
  device: string | null;
  address: string | null;
  days: number;
}

/** Signed-in devices. */
@Injectable()
export class SessionsRepository {
  async insert(tx: SystemTransaction, session: NewSession): Promise<void> {
    await tx.execute(
      `INSERT INTO sessions (id, user_id, token_hash, device, address, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))`,
      [session.id, session.userId, session.tokenHash, session.device, session.address, session.days],
    );
  }

  /** The user and the hash in force of a session that has not ended; locked until the transaction ends. */
  async lock(tx: SystemTransaction, id: string): Promise<{ userId: string; tokenHash: string } | null> {
    const [row] = await tx.query<{ userId: string; tokenHash: string }>(
      `SELECT user_id AS "userId", token_hash AS "tokenHash" FROM sessions
       WHERE id = $1 AND ended_at IS NULL AND expires_at > now() FOR UPDATE`,
      [id],
    );
    return row ?? null;
  }

  /** Puts a new refresh token in force. */
  async rotate(tx: SystemTransaction, id: string, tokenHash: string): Promise<void> {
    await tx.execute(`UPDATE sessions SET token_hash = $2, refreshed_at = now() WHERE id = $1`, [id, tokenHash]);
  }

  /** Ends a session; its access tokens are refused from the next request on. */
  async end(tx: SystemTransaction, id: string, reason: 'logout' | 'reuse'): Promise<void> {
    await tx.execute(`UPDATE sessions SET ended_at = now(), end_reason = $2 WHERE id = $1 AND ended_at IS NULL`, [id, reason]);
  }
}
