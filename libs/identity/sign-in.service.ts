import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import { Config } from '#config';
import { Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { AccountDeletion } from './account-deletion.service.js';
import { AccountsRepository, type SignInAccount } from './accounts.repository.js';
import { normaliseEmail } from './normalise-email.js';
import { identityErrors } from './identity.errors.js';
import { PasswordProof } from './password-proof.js';
import { Passwords } from './passwords.js';
import { SessionsService, type SignedIn } from './sessions.service.js';

type Refusal = 'wrong_credentials' | 'email_not_verified' | 'account_disabled';

/** Signs people in with e-mail address and password. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly proof: PasswordProof,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly deletion: AccountDeletion,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /**
   * Signs in. Whoever deleted the account and comes back in time has it again.
   * @throws FieldError wrong_credentials, the same for an unknown address, a wrong password and an account without one; with the right
   *   password email_not_verified or account_disabled; too_many_requests, service_unavailable
   */
  async login(given: { email: string; password: string }): Promise<SignedIn> {
    const email = normaliseEmail(given.email);
    const account = await this.database.asSystem((tx) => this.accounts.findForSignIn(tx, email));
    const holds = await this.proof.holds(email, given.password, account?.passwordHash ?? null);
    if (account === null || !holds) return this.refuse(account, 'wrong_credentials');
    if (account.disabled) return this.refuse(account, 'account_disabled');
    if (!account.emailVerified && this.config.identity.emailVerification === 'required')
      return this.refuse(account, 'email_not_verified');
    const renewedHash = await this.renewedHash(account, given.password);
    const signedIn = await this.database.asSystem((tx) => this.enter(tx, account, renewedHash));
    return signedIn ?? this.refuse(account, 'wrong_credentials');
  }

  /**
   * Signs in somebody whom an outside identity provider vouched for.
   * @throws FieldError account_disabled, also for an account that is being deleted
   */
  async signInVouched(userId: string): Promise<SignedIn> {
    return this.database.asSystem(async (tx) => {
      const account = await this.accounts.find(tx, userId);
      if (account === null) throw new FieldError(identityErrors.account_disabled, identityErrors.account_disabled.example);
      return this.sessions.begin(tx, account, 'identity_provider');
    });
  }

  /** @returns null when the account was kept out or got another password since it was read: then this one proves nothing any more */
  private async enter(tx: SystemTransaction, account: SignInAccount, renewedHash: string | null): Promise<SignedIn | null> {
    if (!(await this.accounts.lockUnchanged(tx, account))) return null;
    if (account.deleted && !(await this.deletion.restore(tx, account))) return null;
    if (renewedHash !== null) await this.accounts.setPassword(tx, account.userId, renewedHash);
    return this.sessions.begin(tx, account, 'password');
  }

  /** A hash at the cost in force, when the stored one was cheaper. */
  private async renewedHash({ passwordHash }: SignInAccount, password: string): Promise<string | null> {
    const outdated = passwordHash !== null && this.passwords.isOutdated(passwordHash);
    return outdated ? this.passwords.hash(password) : null;
  }

  private async refuse(account: SignInAccount | null, reason: Refusal): Promise<never> {
    await this.database.asSystem((tx) =>
      this.audit.record(tx, {
        workspaceId: account?.workspaceId ?? null,
        actor: { kind: 'anonymous' },
        action: 'session.refused',
        ...(account === null ? {} : { target: { kind: 'user', id: account.userId } }),
        details: { reason },
      }),
    );
    throw new FieldError(identityErrors[reason], identityErrors[reason].example);
  }
}
