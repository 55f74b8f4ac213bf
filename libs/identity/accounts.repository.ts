import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

export interface Account {
  userId: string;
  email: string;
  name: string;
  createdAt: Date;
  workspaceId: string;
  workspaceName: string;
}

export interface AccountWithPassword extends Account {
  /** Null for people who sign in elsewhere. */
  passwordHash: string | null;
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
SELECT u.id AS "userId", u.email, u.name, u.created_at AS "createdAt", w.id AS "workspaceId", w.name AS "workspaceName"`;

const PERSONAL_WORKSPACE = `
JOIN memberships m ON m.user_id = u.id AND m.role = 'owner'
JOIN workspaces w ON w.id = m.workspace_id AND w.kind = 'personal'`;

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

  /** By address (in lower case), with the password's hash. For sign-in alone. */
  async findForSignIn(tx: SystemTransaction, email: string): Promise<AccountWithPassword | null> {
    const [row] = await tx.query<AccountWithPassword>(
      `${ACCOUNT}, u.password_hash AS "passwordHash" FROM users u ${PERSONAL_WORKSPACE} WHERE u.email = $1`,
      [email],
    );
    return row ?? null;
  }

  /** The account behind a user id. */
  async find(tx: SystemTransaction, userId: string): Promise<Account | null> {
    const [row] = await tx.query<Account>(`${ACCOUNT} FROM users u ${PERSONAL_WORKSPACE} WHERE u.id = $1`, [userId]);
    return row ?? null;
  }
}
