import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '#config';
import { ChangeFeed, Database, isUniqueViolation, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { AccountAudit } from './account-audit.js';
import { AccountLetters } from './account-letters.js';
import { type Account, AccountsRepository } from './accounts.repository.js';
import { normaliseEmail } from './normalise-email.js';
import { identityErrors } from './identity.errors.js';
import { OneTimeTokensRepository, type TokenHolder } from './one-time-tokens.repository.js';
import { PasswordRules } from './password-rules.js';
import { Passwords } from './passwords.js';
import { RequestedLetters } from './requested-letters.js';
import { SessionsService, type SignedIn } from './sessions.service.js';
import { inStepTime } from './step-time.js';

interface Registration {
  email: string;
  password: string;
  name: string;
}

type NewAccount = Account & { passwordHash: string };

/** Makes accounts, and has their addresses proved. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly tokens: OneTimeTokensRepository,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
    private readonly sessions: SessionsService,
    private readonly letters: AccountLetters,
    private readonly requested: RequestedLetters,
    private readonly changes: ChangeFeed,
    private readonly audit: AccountAudit,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /**
   * Makes an account with its personal workspace.
   * @returns the account signed in; null where addresses must be verified first, also when the address has an account: its owner gets
   *   a letter, and nobody else learns of it
   * @throws FieldError validation_failed for a weak password; email_taken, only where addresses need not be verified
   */
  async register(given: Registration): Promise<SignedIn | null> {
    const email = normaliseEmail(given.email);
    await this.rules.refuseWeak(given.password, email);
    const account = newAccount({ ...given, email }, await this.passwords.hash(given.password));
    if (this.config.identity.emailVerification === 'required') {
      await inStepTime(() => this.addOrTellOwner(account));
      return null;
    }
    const signedIn = await this.add(account, (tx) => this.sessions.begin(tx, account, 'registration'));
    if (signedIn === null) throw new FieldError(identityErrors.email_taken, identityErrors.email_taken.example);
    return signedIn;
  }

  /**
   * Uses up the token of a letter: proves the address of an account, or gives it the new one it was sent to.
   * @throws FieldError token_invalid; email_taken when somebody has registered the new address meanwhile
   */
  async verifyEmail(token: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const proved = await this.tokens.redeem(tx, 'verify_email', token);
      if (proved !== null) return this.confirm(tx, proved);
      const changed = await this.tokens.redeem(tx, 'change_email', token);
      if (changed === null) throw new FieldError(identityErrors.token_invalid, identityErrors.token_invalid.example);
      await this.changeAddress(tx, changed);
    });
  }

  /** Sends the letter that proves an address once more, where there is an account that wants it. Takes the same time if there is none. */
  async resendVerification(email: string): Promise<void> {
    await inStepTime(() =>
      this.requested.send(normaliseEmail(email), async (tx, account) => {
        if (!account.emailVerified) await this.sendVerification(tx, account);
      }),
    );
  }

  private async addOrTellOwner(account: NewAccount): Promise<void> {
    const added = await this.add(account, () => Promise.resolve(true));
    if (added === null) await this.requested.send(account.email, (tx, owner) => this.letters.somebodyRegistered(tx, owner));
  }

  /** @returns null when the address is taken */
  private async add<T>(account: NewAccount, alsoDo: (tx: SystemTransaction) => Promise<T>): Promise<T | null> {
    try {
      const result = await this.database.asSystem(async (tx) => {
        await this.accounts.insert(tx, account);
        await this.audit.record(tx, account, 'account.registered');
        await this.sendVerification(tx, account);
        return alsoDo(tx);
      });
      this.log.info('Account registered', { userId: account.userId });
      return result;
    } catch (error) {
      if (isUniqueViolation(error, 'users_email_key')) return null;
      throw error;
    }
  }

  private async sendVerification(tx: SystemTransaction, account: Account): Promise<void> {
    await this.letters.verifyAddress(tx, account, await this.tokens.issue(tx, 'verify_email', account));
  }

  private async confirm(tx: SystemTransaction, { userId, email }: TokenHolder): Promise<void> {
    if (!(await this.accounts.verifyEmail(tx, userId))) return;
    const account = await this.accounts.findWithPassword(tx, userId);
    if (account !== null) await this.audit.record(tx, account, 'account.email_verified', { email });
    await this.changes.announce(tx, `user:${userId}`);
  }

  private async changeAddress(tx: SystemTransaction, { userId, email }: TokenHolder): Promise<void> {
    try {
      await this.accounts.changeEmail(tx, userId, email);
    } catch (error) {
      if (isUniqueViolation(error, 'users_email_key'))
        throw new FieldError(identityErrors.email_taken, identityErrors.email_taken.example);
      throw error;
    }
    // Whatever went to the old address proves nothing any more.
    await this.tokens.void(tx, userId);
    const account = await this.accounts.findWithPassword(tx, userId);
    if (account !== null) await this.audit.record(tx, account, 'account.email_changed', { email });
    await this.changes.announce(tx, `user:${userId}`);
  }
}

function newAccount({ email, name }: Registration, passwordHash: string): NewAccount {
  return {
    userId: uuidv7(),
    email,
    name,
    passwordHash,
    workspaceId: uuidv7(),
    workspaceName: `${name}'s workspace`,
    createdAt: new Date(),
    emailVerified: false,
  };
}
