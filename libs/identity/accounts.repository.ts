import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

/** How long somebody who deleted their account may come back. */
export const GRACE_DAYS = 30;

export interface Account {
  userId: string;
  email: string;
  name: string;
  createdAt: Date;
  emailVerified: boolean;
  workspaceId: string;
  workspaceName: string;
}

/** With what decides over a sign-in. */
export interface SignInAccount extends Account {
  /** Null for people who sign in elsewhere. */
  passwordHash: string | null;
  /** Kept out by an operator. */
  disabled: boolean;
  /** By its owner, who may still come back. */
  deleted: boolean;
}

interface NewAccount {
  userId: string;
  email: string;
  name: string;
  /** Null for people who sign in elsewhere. */
  passwordHash: string | null;
  workspaceId: string;
  workspaceName: string;
}

const ACCOUNT = `
SELECT u.id AS "userId", u.email, u.name, u.created_at AS "createdAt", u.email_verified_at IS NOT NULL AS "emailVerified",
  w.id AS "workspaceId", w.name AS "workspaceName"`;

const SIGN_IN = `
${ACCOUNT}, u.password_hash AS "passwordHash", u.disabled_at IS NOT NULL AS disabled, u.deleted_at IS NOT NULL AS deleted`;

const FROM = `
FROM users u JOIN memberships m ON m.user_id = u.id AND m.role = 'owner'
JOIN workspaces w ON w.id = m.workspace_id AND w.kind = 'personal'`;

/** In hours, as the job that removes the account is due: a day that a time zone makes longer must not keep it for ever. */
const WITHIN_GRACE = `(u.deleted_at IS NULL OR u.deleted_at > now() - make_interval(hours => ${GRACE_DAYS} * 24))`;

/** Users with their personal workspace. */
@Injectable()
export class AccountsRepository {
  /** @throws the driver's unique violation of users_email_key when the address is taken */
  async insert(tx: SystemTransaction, account: NewAccount): Promise<void> {
    const { userId, email, name, passwordHash, workspaceId, workspaceName } = account;
    await tx.execute('INSERT INTO users (id, email, name, password_hash) VALUES ($1, $2, $3, $4)', [
      userId,
      email,
      name,
      passwordHash,
    ]);
    await tx.execute(`INSERT INTO workspaces (id, name, kind) VALUES ($1, $2, 'personal')`, [workspaceId, workspaceName]);
    await tx.execute(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'owner')`, [workspaceId, userId]);
  }

  /** By address (in lower case), with the password's hash; not those whose time to come back is over. */
  async findForSignIn(tx: SystemTransaction, email: string): Promise<SignInAccount | null> {
    const [row] = await tx.query<SignInAccount>(`${SIGN_IN} ${FROM} WHERE u.email = $1 AND ${WITHIN_GRACE}`, [email]);
    return row ?? null;
  }

  /** By user id, with the password's hash. */
  async findWithPassword(tx: SystemTransaction, userId: string): Promise<SignInAccount | null> {
    const [row] = await tx.query<SignInAccount>(`${SIGN_IN} ${FROM} WHERE u.id = $1`, [userId]);
    return row ?? null;
  }

  /** By user id: one that is neither kept out nor going away. */
  async find(tx: SystemTransaction, userId: string): Promise<Account | null> {
    const [row] = await tx.query<Account>(
      `${ACCOUNT} ${FROM} WHERE u.id = $1 AND u.disabled_at IS NULL AND u.deleted_at IS NULL`,
      [userId],
    );
    return row ?? null;
  }

  /** Locks an account, if it still has the password it was read with and nobody keeps it out. */
  async lockUnchanged(tx: SystemTransaction, { userId, passwordHash }: SignInAccount): Promise<boolean> {
    const sql = 'SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL FOR UPDATE';
    return (await tx.query(sql, [userId, passwordHash])).length > 0;
  }

  async setPassword(tx: SystemTransaction, userId: string, passwordHash: string): Promise<void> {
    await tx.execute('UPDATE users SET password_hash = $2 WHERE id = $1', [userId, passwordHash]);
  }

  async rename(tx: SystemTransaction, userId: string, name: string): Promise<void> {
    await tx.execute('UPDATE users SET name = $2 WHERE id = $1', [userId, name]);
  }

  /** @returns false when it was verified before */
  async verifyEmail(tx: SystemTransaction, userId: string): Promise<boolean> {
    const sql = 'UPDATE users SET email_verified_at = now() WHERE id = $1 AND email_verified_at IS NULL';
    return (await tx.execute(sql, [userId])) > 0;
  }

  /**
   * Gives the account an address that was proved.
   * @throws the driver's unique violation of users_email_key when somebody else has it
   */
  async changeEmail(tx: SystemTransaction, userId: string, email: string): Promise<void> {
    await tx.execute('UPDATE users SET email = $2, email_verified_at = now() WHERE id = $1', [userId, email]);
  }

  /** Hides the account and its personal workspace. @returns false when that was done before */
  async markDeleted(tx: SystemTransaction, { userId, workspaceId }: Account): Promise<boolean> {
    const marked = await tx.execute('UPDATE users SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL', [userId]);
    if (marked === 0) return false;
    await tx.execute('UPDATE workspaces SET deleted_at = now(), updated_at = now() WHERE id = $1', [workspaceId]);
    return true;
  }

  /** Brings both back. @returns false when the time for it is over */
  async restore(tx: SystemTransaction, { userId, workspaceId }: Account): Promise<boolean> {
    const restored = await tx.execute(
      `UPDATE users u SET deleted_at = NULL WHERE id = $1 AND deleted_at IS NOT NULL AND ${WITHIN_GRACE}`,
      [userId],
    );
    if (restored === 0) return false;
    await tx.execute('UPDATE workspaces SET deleted_at = NULL, updated_at = now() WHERE id = $1', [workspaceId]);
    return true;
  }

  /**
   * Removes a user whose time to come back is over; memberships, sessions and tokens go too.
   * @returns whether the user is gone, now or since an earlier try
   */
  async remove(tx: SystemTransaction, userId: string): Promise<boolean> {
    await tx.execute(`DELETE FROM users u WHERE u.id = $1 AND NOT ${WITHIN_GRACE}`, [userId]);
    return (await tx.query('SELECT 1 FROM users WHERE id = $1', [userId])).length === 0;
  }
}
