import { Injectable } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { type SignInAccount, AccountsRepository } from './accounts.repository.js';
import type { Actor } from './actor.js';
import { identityErrors } from './identity.errors.js';
import { PasswordProof } from './password-proof.js';

/** Has somebody who is signed in prove their password, before what cannot be left to whoever holds the device. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly proof: PasswordProof,
  ) {}

  /**
   * The actor's account.
   * @throws FieldError wrong_password, also for an account without one; too_many_requests, service_unavailable
   */
  async prove(actor: Actor, password: string): Promise<SignInAccount> {
    const account = await this.database.asSystem((tx) => this.accounts.findWithPassword(tx, actor.userId));
    if (account === null) throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
    if (!(await this.proof.holds(account.email, password, account.passwordHash)))
      throw new FieldError(identityErrors.wrong_password, identityErrors.wrong_password.example);
    return account;
  }

  /**
   * Locks an account whose password was proved. Hashing takes no transaction, so in between it may have got another password.
   * @throws FieldError wrong_password when the one proved is no longer its password, or nobody is let in any more
   */
  async lock(tx: SystemTransaction, account: SignInAccount): Promise<void> {
    if (!(await this.accounts.lockUnchanged(tx, account)))
      throw new FieldError(identityErrors.wrong_password, identityErrors.wrong_password.example);
  }
}
