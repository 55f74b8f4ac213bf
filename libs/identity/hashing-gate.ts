import { availableParallelism } from 'node:os';
import { commonErrors, FieldError } from '#errors';

const WAITING_MOST = 200;
const RETRY_AFTER_SECONDS = 5;

/**
 * Lets few hash at once, and some wait. Hashing takes a core for as long as it runs; half of them stay free for everything else, so
 * that a flood of logins slows nothing but logins.
 */
export class HashingGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atOnce = Math.max(1, Math.floor(availableParallelism() / 2))) {}

  /**
   * Runs `work` when its turn has come.
   * @throws FieldError service_unavailable when too many wait already
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private enter(): Promise<void> | undefined {
    if (this.running < this.atOnce) {
      this.running += 1;
      return undefined;
    }
    if (this.waiting.length >= WAITING_MOST)
      throw new FieldError(
        commonErrors.service_unavailable,
        `Too many people are signing in at this moment. Try again in ${RETRY_AFTER_SECONDS} seconds.`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whoever waits longest takes the place as it is: the count stays. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
