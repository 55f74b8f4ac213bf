/** Addresses and credentials under attack at once that are worth remembering; beyond, the oldest are asked for again. */
const MOST_NOTES = 10_000;

/** Buckets that are known to be spent: whoever hammers on one costs no further trip to Redis. */
export class SpentNotes {
  private readonly until = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  /** @param until when its window ends */
  add(bucket: { key: string; limit: number }, until: number): void {
    const name = nameOf(bucket);
    this.until.delete(name);
    this.until.set(name, until);
    const [oldest] = this.until.keys();
    if (this.until.size > MOST_NOTES && oldest !== undefined) this.until.delete(oldest);
  }

  /** Milliseconds until the bucket's window ends; undefined when nothing is known against it. */
  leftMs(bucket: { key: string; limit: number }): number | undefined {
    const name = nameOf(bucket);
    const until = this.until.get(name);
    if (until === undefined) return undefined;
    const left = until - this.now();
    if (left > 0) return left;
    this.until.delete(name);
    return undefined;
  }
}

/** A limit that was changed is another one. */
function nameOf({ key, limit }: { key: string; limit: number }): string {
  return `${limit} ${key}`;
}
