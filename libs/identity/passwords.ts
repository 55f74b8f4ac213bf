import { Injectable, type OnModuleInit } from '@nestjs/common';
import { compare, hash } from '@node-rs/bcrypt';
import { Config } from '#config';
import { HashingGate } from './hashing-gate.js';

/** bcrypt reads no further; a longer password is refused rather than cut in silence. */
export const PASSWORD_MAX_BYTES = 72;
export const PASSWORD_MIN_LENGTH = 10;

const COST = /^\$2[aby]\$(\d\d)\$/;

/** Hashes and checks passwords: bytes as they were given. Both run outside the event loop, a few at once. */
@Injectable()
export class Passwords implements OnModuleInit {
  private readonly gate = new HashingGate();
  private decoy = '';

  constructor(private readonly config: Config) {}

  async onModuleInit(): Promise<void> {
    this.decoy = await hash('decoy', this.cost);
  }

  /**
   * @returns a bcrypt hash that carries its own salt and cost
   * @throws FieldError service_unavailable when too many passwords are being hashed
   */
  async hash(password: string): Promise<string> {
    return this.gate.run(() => hash(password, this.cost));
  }

  /**
   * Whether it is the password. Takes the same time whatever the answer, and whether there is an account, a password, or one that was
   * hashed at less cost: an answer's delay does not tell who has an account.
   * @param hashed the stored hash, or null when there is none
   * @throws FieldError service_unavailable when too many passwords are being hashed
   */
  async matches(password: string, hashed: string | null): Promise<boolean> {
    return this.gate.run(async () => {
      const matched = await compare(password, hashed ?? this.decoy);
      // Each cost takes twice the time of the one before: all from here up to the one in force, together, what is missing to it.
      if (hashed !== null) for (let cost = costOf(hashed); cost < this.cost; cost += 1) await hash(password, cost);
      return matched && hashed !== null;
    });
  }

  /** Whether a hash was made at less cost than is configured now. */
  isOutdated(hashed: string): boolean {
    return costOf(hashed) < this.cost;
  }

  private get cost(): number {
    return this.config.identity.passwordCost;
  }
}

/** What is no hash of ours matches nothing, and counts as the cheapest. */
function costOf(hashed: string): number {
  return Number(COST.exec(hashed)?.[1] ?? 4);
}
