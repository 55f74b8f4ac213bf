import { Injectable } from '@nestjs/common';
import { ChangeFeed, Database } from '#database';
import { FieldError } from '#errors';
import { AccountAudit } from './account-audit.js';
import { AccountLetters } from './account-letters.js';
import { AccountsRepository } from './accounts.repository.js';
import { Credentials } from './credentials.js';
import { normaliseEmail } from './normalise-email.js';
import { identityErrors } from './identity.errors.js';
import { OneTimeTokensRepository } from './one-time-tokens.repository.js';
import { PasswordRules } from './password-rules.js';
import { Passwords } from './passwords.js';
import { RequestedLetters } from './requested-letters.js';
import { SessionsService } from './sessions.service.js';
import { inStepTime } from './step-time.js';

/** Lets people who forgot their password choose a new one. */
@Injectable()
export class PasswordRecovery {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly tokens: OneTimeTokensRepository,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
    private readonly sessions: SessionsService,
    private readonly letters: AccountLetters,
    private readonly requested: RequestedLetters,
    private readonly credentials: Credentials,
    private readonly changes: ChangeFeed,
    private readonly audit: AccountAudit,
  ) {}

  /** Sends the letter with the token, where the address has an account. Takes the same time if it has none. */
  async forgot(email: string): Promise<void> {
    await inStepTime(() =>
      this.requested.send(normaliseEmail(email), async (tx, account) => {
        await this.letters.resetPassword(tx, account, await this.tokens.issue(tx, 'reset_password', account));
      }),
    );
  }

  /**
   * Uses up the token and sets the password. Ends all sessions, and proves the address; where it was never proved, API keys end too.
   * @throws FieldError token_invalid; validation_failed for a weak password, and then the token stays good
   */
  async reset(token: string, password: string): Promise<void> {
    const holder = await this.database.asSystem((tx) => this.tokens.find(tx, 'reset_password', token));
    if (holder === null) throw new FieldError(identityErrors.token_invalid, identityErrors.token_invalid.example);
    await this.rules.refuseWeak(password, holder.email);
    const hash = await this.passwords.hash(password);
    await this.database.asSystem(async (tx) => {
      const redeemed = await this.tokens.redeem(tx, 'reset_password', token);
      const account = redeemed === null ? null : await this.accounts.findWithPassword(tx, redeemed.userId);
      if (account === null) throw new FieldError(identityErrors.token_invalid, identityErrors.token_invalid.example);
      await this.accounts.setPassword(tx, account.userId, hash);
      await this.accounts.verifyEmail(tx, account.userId);
      // An address that somebody else asked for, with the old password, is not to be taken.
      await this.tokens.void(tx, account.userId);
      await this.sessions.endAll(tx, account, 'password_reset');
      // Until now anybody may have had the account in the name of this address; what they made must not outlast their password.
      if (!account.emailVerified) await this.credentials.endAllOf(tx, account.userId);
      await this.audit.record(tx, account, 'account.password_reset');
      await this.letters.passwordChanged(tx, account);
      await this.changes.announce(tx, `user:${account.userId}`);
    });
  }
}
