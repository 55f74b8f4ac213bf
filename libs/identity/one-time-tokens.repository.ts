import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { SystemTransaction, TokenPurpose } from '#database';
import { hashToken } from './tokens.js';

/** Whose token it is, and the address it proves. */
export interface TokenHolder {
  userId: string;
  email: string;
}

const BYTES = 32;
const HOURS: Record<TokenPurpose, number> = { verify_email: 24, change_email: 24, reset_password: 0.5 };

/** Neither used, nor too old, nor sent to an address the account no longer has. */
const GOOD = `
  t.used_at IS NULL AND t.expires_at > now() AND u.id = t.user_id AND u.disabled_at IS NULL
  AND (t.purpose = 'change_email' OR t.email = u.email)`;

/** Tokens sent by mail. Only their hashes are kept; each is good once. */
@Injectable()
export class OneTimeTokensRepository {
  /**
   * Makes a token; older ones of the same purpose are void from then on.
   * @param email where it is sent
   * @returns the token, which is in no row
   */
  async issue(tx: SystemTransaction, purpose: TokenPurpose, { userId, email }: TokenHolder): Promise<string> {
    await this.lockUser(tx, userId);
    await this.void(tx, userId, purpose);
    const token = randomBytes(BYTES).toString('base64url');
    await tx.execute(
      `INSERT INTO one_time_tokens (id, user_id, purpose, token_hash, email, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
      [uuidv7(), userId, purpose, hashToken(token), email, HOURS[purpose] * 3_600],
    );
    return token;
  }

  /** Whose token this is, without using it; null when it is not good. */
  async find(tx: SystemTransaction, purpose: TokenPurpose, token: string): Promise<TokenHolder | null> {
    const [row] = await tx.query<TokenHolder>(
      `SELECT t.user_id AS "userId", t.email FROM one_time_tokens t JOIN users u ON ${GOOD} WHERE t.token_hash = $1 AND t.purpose = $2`,
      [hashToken(token), purpose],
    );
    return row ?? null;
  }

  /** Uses a token up; null when it is not good. Of many at once, one gets it. */
  async redeem(tx: SystemTransaction, purpose: TokenPurpose, token: string): Promise<TokenHolder | null> {
    const hash = hashToken(token);
    // First the user, then the token: in the order of everything else that takes both.
    await tx.query(
      `SELECT 1 FROM users WHERE id = (SELECT user_id FROM one_time_tokens WHERE token_hash = $1 AND purpose = $2) FOR UPDATE`,
      [hash, purpose],
    );
    const [row] = await tx.query<TokenHolder>(
      `UPDATE one_time_tokens t SET used_at = now() FROM users u WHERE t.token_hash = $1 AND t.purpose = $2 AND ${GOOD}
       RETURNING t.user_id AS "userId", t.email`,
      [hash, purpose],
    );
    return row ?? null;
  }

  /** Makes all tokens of a user void, or those of one purpose. */
  async void(tx: SystemTransaction, userId: string, purpose?: TokenPurpose): Promise<void> {
    await tx.execute(
      `DELETE FROM one_time_tokens WHERE user_id = $1 AND used_at IS NULL AND ($2::text IS NULL OR purpose = $2)`,
      [userId, purpose ?? null],
    );
  }

  /** The address a user asked to change to and has not proved yet. */
  async pendingEmail(tx: SystemTransaction, userId: string): Promise<string | null> {
    const [row] = await tx.query<{ email: string }>(
      `SELECT t.email FROM one_time_tokens t JOIN users u ON ${GOOD} WHERE t.user_id = $1 AND t.purpose = 'change_email'`,
      [userId],
    );
    return row?.email ?? null;
  }

  /** Removes tokens that have been no good for a while. */
  async sweep(tx: SystemTransaction, days: number): Promise<number> {
    return tx.execute(`DELETE FROM one_time_tokens WHERE expires_at < now() - make_interval(days => $1)`, [days]);
  }

  private async lockUser(tx: SystemTransaction, userId: string): Promise<void> {
    await tx.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
  }
}
