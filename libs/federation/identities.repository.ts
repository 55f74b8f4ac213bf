import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

/** What we know of a person of an outside provider. */
export interface KnownIdentity {
  /** Null: the provider said that the person is gone. */
  userId: string | null;
  banned: boolean;
  changedAt: Date | null;
}

/** Which of our accounts stands for a person of an outside provider. */
@Injectable()
export class IdentitiesRepository {
  /** Locked until the transaction ends. */
  async find(tx: SystemTransaction, issuer: string, subject: string): Promise<KnownIdentity | null> {
    const [row] = await tx.query<KnownIdentity>(
      `SELECT user_id AS "userId", banned, changed_at AS "changedAt" FROM user_identities WHERE issuer = $1 AND subject = $2 FOR UPDATE`,
      [issuer, subject],
    );
    return row ?? null;
  }

  /** Two first sign-ins of one person at once: the second waits here and finds the first's row at its next try. */
  async lockPerson(tx: SystemTransaction, issuer: string, subject: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${issuer} ${subject}`]);
  }

  /** @param userId null: the person is gone, and stays gone whatever arrives late */
  async put(
    tx: SystemTransaction,
    identity: { issuer: string; subject: string; userId: string | null; banned: boolean; changedAt: Date | null },
  ): Promise<void> {
    const { issuer, subject, userId, banned, changedAt } = identity;
    await tx.execute(
      `INSERT INTO user_identities (issuer, subject, user_id, banned, changed_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id, banned = excluded.banned, changed_at = excluded.changed_at`,
      [issuer, subject, userId, banned, changedAt],
    );
  }

  /** Whether some outside provider still vouches for the user. */
  async hasAny(tx: SystemTransaction, userId: string): Promise<boolean> {
    return (await tx.query('SELECT 1 FROM user_identities WHERE user_id = $1 LIMIT 1', [userId])).length > 0;
  }
}
