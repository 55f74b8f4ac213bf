/** How many calls at once there may be at first, and at most. */
export interface CallBounds {
  start: number;
  most: number;
}

/** How a call ended, as far as it tells how much may run at once; `untold`: not at all. */
export type CallEnd = 'answered' | 'overloaded' | 'untold';

/** Until two calls have ended, a place is expected to become free after so long. */
const GAP_UNTOLD_MS = 1_000;
/** How much the last gap counts in the mean. */
const WEIGHT = 0.2;
const LONGEST_WAIT_SECONDS = 60;

/**
 * How many calls may run at once at one provider with one key. It grows by one for each round of calls that are answered while every
 * place is taken, and is halved when the provider is asked too much (AIMD, as TCP and Netflix's concurrency-limits do it). What was
 * under way when it was halved was begun under the old limit, and does not halve it again.
 *
 * Own code because there is nothing kept for it on Node: cockatiel, bottleneck and p-limit hold a number that is given to them.
 */
export class CallLimit {
  private limit: number;
  private underWay = 0;
  /** Of those under way, how many were begun before the last cut. */
  private begunBefore = 0;
  private gapMs = GAP_UNTOLD_MS;
  /** Since when the next place is awaited: the last end, or the moment when work came after there was none. */
  private awaitedSince = 0;
  /** Until then, every place that becomes free is promised to somebody. */
  private promisedUntil = 0;

  /**
   * @param now milliseconds of a clock that never goes back
   * @param onEnd told of every call that ends
   */
  constructor(
    private readonly bounds: CallBounds,
    private readonly now: () => number = () => performance.now(),
    private readonly onEnd: () => void = () => undefined,
  ) {
    this.limit = Math.min(bounds.start, bounds.most);
  }

  /** How many calls there may be at once. */
  get places(): number {
    return Math.floor(this.limit);
  }

  /** How many calls there are. */
  get busy(): number {
    return this.underWay;
  }

  get isFull(): boolean {
    return this.underWay >= this.places;
  }

  /** Takes a place; whoever does ends it with `end`. */
  begin(): void {
    if (this.underWay === 0) this.awaitedSince = this.now();
    this.underWay += 1;
  }

  end(how: CallEnd): void {
    if (how === 'answered' && this.isFull) this.limit = Math.min(this.bounds.most, this.limit + 1 / this.limit);
    const isOfOldLimit = this.begunBefore > 0;
    if (isOfOldLimit) this.begunBefore -= 1;
    if (how === 'overloaded' && !isOfOldLimit) this.cut();
    this.underWay = Math.max(0, this.underWay - 1);
    const now = this.now();
    this.gapMs += WEIGHT * (now - this.awaitedSince - this.gapMs);
    this.awaitedSince = now;
    this.onEnd();
  }

  /**
   * Promises a place to somebody who found none: each asker a later one, so that as many come back as there are places then.
   * @returns seconds until it is expected to be free
   */
  secondsToPlace(): number {
    const now = this.now();
    const next = Math.max(now, this.promisedUntil) + this.gapMs;
    const seconds = (next - now) / 1_000;
    if (seconds > LONGEST_WAIT_SECONDS) return LONGEST_WAIT_SECONDS;
    this.promisedUntil = next;
    return Math.max(1, Math.ceil(seconds));
  }

  private cut(): void {
    this.limit = Math.max(1, this.limit / 2);
    this.begunBefore = this.underWay - 1;
  }
}
