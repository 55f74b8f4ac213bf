import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

export interface Attempt {
  stateHash: string;
  provider: string;
  browserHash: string;
  returnTo: string | null;
}

/** How long a browser may take to sign in elsewhere. */
const ATTEMPT = `interval '10 minutes'`;
/** How long a client app may take to exchange its code. */
const CODE = `interval '60 seconds'`;

/** Browsers on their way to a provider and back, and the codes they bring their client apps. */
@Injectable()
export class SignInAttemptsRepository {
  async insert(tx: SystemTransaction, { stateHash, provider, browserHash, returnTo }: Attempt): Promise<void> {
    await tx.execute('DELETE FROM sign_in_attempts WHERE expires_at < now()');
    await tx.execute(
      `INSERT INTO sign_in_attempts (state_hash, provider, browser_hash, return_to, expires_at) VALUES ($1, $2, $3, $4, now() + ${ATTEMPT})`,
      [stateHash, provider, browserHash, returnTo],
    );
  }

  /** Takes the attempt of a state out; null when there is none, or it is too old. It is good once. */
  async take(tx: SystemTransaction, stateHash: string): Promise<Attempt | null> {
    const [row] = await tx.query<Attempt & { fresh: boolean }>(
      `DELETE FROM sign_in_attempts WHERE state_hash = $1
       RETURNING state_hash AS "stateHash", provider, browser_hash AS "browserHash", return_to AS "returnTo", expires_at > now() AS fresh`,
      [stateHash],
    );
    return row?.fresh === true ? row : null;
  }

  async insertCode(tx: SystemTransaction, codeHash: string, userId: string): Promise<void> {
    await tx.execute('DELETE FROM sign_in_codes WHERE expires_at < now()');
    await tx.execute(`INSERT INTO sign_in_codes (code_hash, user_id, expires_at) VALUES ($1, $2, now() + ${CODE})`, [
      codeHash,
      userId,
    ]);
  }

  /** Takes a code out: the user it stands for, or null. It is good once. */
  async takeCode(tx: SystemTransaction, codeHash: string): Promise<string | null> {
    const [row] = await tx.query<{ userId: string; fresh: boolean }>(
      `DELETE FROM sign_in_codes WHERE code_hash = $1 RETURNING user_id AS "userId", expires_at > now() AS fresh`,
      [codeHash],
    );
    return row?.fresh === true ? row.userId : null;
  }
}
