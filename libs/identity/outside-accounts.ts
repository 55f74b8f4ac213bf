import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { ChangeFeed, type SystemTransaction } from '#database';
import { AccountsRepository } from './accounts.repository.js';
import { normaliseEmail } from './normalise-email.js';

/** What decides whether somebody known elsewhere may be let in as an account of ours. */
export interface AccountStanding {
  userId: string;
  emailVerified: boolean;
  /** Kept out or going away. */
  closed: boolean;
}

/** Accounts of people whom an outside identity provider vouches for. */
@Injectable()
export class OutsideAccounts {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly changes: ChangeFeed,
  ) {}

  async findByEmail(tx: SystemTransaction, email: string): Promise<AccountStanding | null> {
    return this.standing(tx, 'email', normaliseEmail(email));
  }

  async find(tx: SystemTransaction, userId: string): Promise<AccountStanding | null> {
    return this.standing(tx, 'id', userId);
  }

  /**
   * Makes an account without a password, its address verified.
   * @returns the user's id
   * @throws the driver's unique violation of users_email_key when the address is taken
   */
  async create(tx: SystemTransaction, { email, name }: { email: string; name: string }): Promise<string> {
    const userId = uuidv7();
    const account = { userId, email: normaliseEmail(email), name, passwordHash: null };
    await this.accounts.insert(tx, { ...account, workspaceId: uuidv7(), workspaceName: `${name}'s workspace` });
    await tx.execute('UPDATE users SET email_verified_at = now() WHERE id = $1', [userId]);
    return userId;
  }

  async rename(tx: SystemTransaction, userId: string, name: string): Promise<void> {
    if ((await tx.execute('UPDATE users SET name = $2 WHERE id = $1 AND name <> $2', [userId, name])) > 0)
      await this.changes.announce(tx, `user:${userId}`);
  }

  /** Lets somebody in again, or keeps them out, from the next request on. */
  async setDisabled(tx: SystemTransaction, userId: string, disabled: boolean): Promise<void> {
    await tx.execute('UPDATE users SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, now()) END WHERE id = $1', [
      userId,
      disabled,
    ]);
    await this.changes.announce(tx, `user:${userId}`);
  }

  /** Whether the account could be signed in to with a password. */
  async hasPassword(tx: SystemTransaction, userId: string): Promise<boolean> {
    return (await tx.query('SELECT 1 FROM users WHERE id = $1 AND password_hash IS NOT NULL', [userId])).length > 0;
  }

  private async standing(tx: SystemTransaction, column: 'id' | 'email', value: string): Promise<AccountStanding | null> {
    const [row] = await tx.query<AccountStanding>(
      `SELECT id AS "userId", email_verified_at IS NOT NULL AS "emailVerified",
         disabled_at IS NOT NULL OR deleted_at IS NOT NULL AS closed
       FROM users WHERE ${column} = $1 FOR UPDATE`,
      [value],
    );
    return row ?? null;
  }
}
