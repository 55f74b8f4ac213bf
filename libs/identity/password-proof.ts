import { Injectable } from '@nestjs/common';
import { currentContext } from '#observability';
import { RateLimits } from '#rate-limits';
import { Passwords } from './passwords.js';

/** Has somebody prove a password, and counts who fails: by account and address, and by address alone. */
@Injectable()
export class PasswordProof {
  constructor(
    private readonly passwords: Passwords,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Whether it is the password of the account. Tries are counted before they are made, so that many at once are no more than the limit.
   * @param email what was typed in, or the account's own
   * @param hashed null when there is no such account or password: takes as long, and counts
   * @throws FieldError too_many_requests, service_unavailable
   */
  async holds(email: string, password: string, hashed: string | null): Promise<boolean> {
    const { address = '' } = currentContext() ?? {};
    await this.limits.strike('login', { identifier: email, address });
    await this.strikeAddress(email, address);
    const matches = await this.tryPassword(email, address, password, hashed);
    if (matches) {
      await this.limits.giveBack('login-address', { address });
      await this.limits.clear('login', { identifier: email, address });
    }
    return matches;
  }

  /** A try that is refused for the account must not count for the address, and the other way round: neither was made. */
  private async strikeAddress(identifier: string, address: string): Promise<void> {
    try {
      await this.limits.strike('login-address', { address });
    } catch (error) {
      await this.limits.giveBack('login', { identifier, address });
      throw error;
    }
  }

  private async tryPassword(email: string, address: string, password: string, hashed: string | null): Promise<boolean> {
    try {
      return await this.passwords.matches(password, hashed);
    } catch (error) {
      // It was not tried.
      await this.limits.giveBack('login-address', { address });
      await this.limits.giveBack('login', { identifier: email, address });
      throw error;
    }
  }
}
