import { Injectable } from '@nestjs/common';
import { compare, hash } from '@node-rs/bcrypt';
import { Config } from '#config';

/** bcrypt reads no further; a longer password is refused rather than cut in silence. */
export const PASSWORD_MAX_BYTES = 72;
export const PASSWORD_MIN_LENGTH = 10;

/** Hashes and checks passwords. Both run outside the event loop. */
@Injectable()
export class Passwords {
  private decoy?: Promise<string>;

  constructor(private readonly config: Config) {}

  /** @returns a bcrypt hash that carries its own salt and cost */
  async hash(password: string): Promise<string> {
    return hash(password, this.config.identity.passwordCost);
  }

  /**
   * @param hashed the stored hash, or null when there is no such account: then the same time is spent, so that an answer's delay
   *   does not tell who has an account
   */
  async matches(password: string, hashed: string | null): Promise<boolean> {
    this.decoy ??= this.hash('decoy');
    const matched = await compare(password, hashed ?? (await this.decoy));
    return matched && hashed !== null;
  }
}
