import { Injectable } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { commonErrors, FieldError } from '#errors';
import { currentContext } from '#observability';
import { RateLimits } from '#rate-limits';
import { AccountsRepository, type SignInAccount } from './accounts.repository.js';

/** Letters that anybody can ask for by naming an address: the answer never tells whether one was sent. */
@Injectable()
export class RequestedLetters {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Writes to the account of an address, if there is one and it was not written to too often. Says neither.
   * @param write adds the letter, or none
   */
  async send(email: string, write: (tx: SystemTransaction, account: SignInAccount) => Promise<void>): Promise<void> {
    if (!(await this.mayWrite(email))) return;
    await this.database.asSystem(async (tx) => {
      const account = await this.accounts.findForSignIn(tx, email);
      if (account !== null && !account.disabled) await write(tx, account);
    });
  }

  /**
   * Counts a letter to an address.
   * @throws FieldError too_many_requests
   */
  async count(email: string): Promise<void> {
    const { address = '' } = currentContext() ?? {};
    await this.limits.strike('mail', { identifier: email, address });
    await this.limits.strike('mail-recipient', { identifier: email });
  }

  private async mayWrite(email: string): Promise<boolean> {
    try {
      await this.count(email);
      return true;
    } catch (error) {
      if (error instanceof FieldError && error.code === commonErrors.too_many_requests.code) return false;
      throw error;
    }
  }
}
