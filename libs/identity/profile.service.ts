import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { ChangeFeed, Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { AccountAudit } from './account-audit.js';
import { AccountLetters } from './account-letters.js';
import { AccountsRepository, type SignInAccount } from './accounts.repository.js';
import type { Actor } from './actor.js';
import { normaliseEmail } from './normalise-email.js';
import { identityErrors } from './identity.errors.js';
import { OneTimeTokensRepository } from './one-time-tokens.repository.js';
import { OwnPassword } from './own-password.js';
import { PasswordRules } from './password-rules.js';
import { Passwords } from './passwords.js';
import { RequestedLetters } from './requested-letters.js';
import { SessionsService } from './sessions.service.js';
import { inStepTime } from './step-time.js';

/** An account, as its owner sees it. */
export interface Profile {
  userId: string;
  email: string;
  emailVerified: boolean;
  /** The address it is to have, once that is confirmed. */
  pendingEmail: string | null;
  name: string;
  hasPassword: boolean;
  createdAt: Date;
}

/** What somebody changes about their account; what is not given stays. */
export interface ProfileChanges {
  name?: string;
  email?: string;
  /** Wanted with a new address. */
  currentPassword?: string;
}

/** What people see and change of their own account. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly tokens: OneTimeTokensRepository,
    private readonly ownPassword: OwnPassword,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
    private readonly sessions: SessionsService,
    private readonly letters: AccountLetters,
    private readonly requested: RequestedLetters,
    private readonly changes: ChangeFeed,
    private readonly audit: AccountAudit,
    private readonly config: Config,
  ) {}

  async read(actor: Actor): Promise<Profile> {
    return this.database.asSystem((tx) => this.find(tx, actor.userId));
  }

  /**
   * Changes the name at once; a new address when its owner has confirmed it.
   * @throws FieldError wrong_password, too_many_requests, and email_taken where addresses need not be verified
   */
  async change(actor: Actor, { name, email, currentPassword = '' }: ProfileChanges): Promise<Profile> {
    const wanted = email === undefined ? undefined : normaliseEmail(email);
    const account = wanted === undefined ? undefined : await this.ownPassword.prove(actor, currentPassword);
    if (account !== undefined && wanted !== undefined) await this.askForAddress(account, wanted);
    if (name !== undefined) await this.rename(actor, name);
    return this.read(actor);
  }

  /**
   * Sets another password.
   * @param endOtherSessions whether only this session goes on
   * @throws FieldError wrong_password; validation_failed for a weak password
   */
  async changePassword(
    actor: Actor,
    {
      currentPassword,
      newPassword,
      endOtherSessions,
    }: { currentPassword: string; newPassword: string; endOtherSessions: boolean },
  ): Promise<void> {
    const account = await this.ownPassword.prove(actor, currentPassword);
    await this.rules.refuseWeak(newPassword, account.email, 'newPassword');
    const hash = await this.passwords.hash(newPassword);
    await this.database.asSystem(async (tx) => {
      await this.ownPassword.lock(tx, account);
      await this.accounts.setPassword(tx, account.userId, hash);
      await this.tokens.void(tx, account.userId, 'reset_password');
      // An address that was asked for with the old password is not to be taken.
      await this.tokens.void(tx, account.userId, 'change_email');
      if (endOtherSessions) await this.sessions.endAll(tx, account, 'password_changed', actor.sessionId);
      await this.audit.record(tx, account, 'account.password_changed', { endOtherSessions });
      await this.letters.passwordChanged(tx, account);
    });
  }

  /** An address that is taken is asked for like any other, where nobody may find out: only its owner hears of it. */
  private async askForAddress(account: SignInAccount, email: string): Promise<void> {
    if (email === account.email) {
      await this.database.asSystem((tx) => this.tokens.void(tx, account.userId, 'change_email'));
      return;
    }
    await this.requested.count(email);
    await inStepTime(() =>
      this.database.asSystem(async (tx) => {
        await this.ownPassword.lock(tx, account);
        const owner = await this.accounts.findForSignIn(tx, email);
        if (owner !== null && this.config.identity.emailVerification === 'optional')
          throw new FieldError(identityErrors.email_taken, identityErrors.email_taken.example);
        const token = await this.tokens.issue(tx, 'change_email', { userId: account.userId, email });
        if (owner === null) await this.letters.confirmNewAddress(tx, { ...account, email }, token);
        else await this.letters.somebodyRegistered(tx, owner);
        await this.letters.addressChangeAsked(tx, account, email);
        await this.audit.record(tx, account, 'account.profile_changed', { fields: ['email'], email });
      }),
    );
  }

  private async rename(actor: Actor, name: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await this.accounts.rename(tx, actor.userId, name);
      const account = await this.accounts.find(tx, actor.userId);
      if (account !== null) await this.audit.record(tx, account, 'account.profile_changed', { fields: ['name'] });
      await this.changes.announce(tx, `user:${actor.userId}`);
    });
  }

  private async find(tx: SystemTransaction, userId: string): Promise<Profile> {
    const account = await this.accounts.findWithPassword(tx, userId);
    if (account === null) throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
    const { email, emailVerified, name, passwordHash, createdAt } = account;
    const pendingEmail = await this.tokens.pendingEmail(tx, userId);
    return { userId, email, emailVerified, pendingEmail, name, hasPassword: passwordHash !== null, createdAt };
  }
}
