/** Pieces of work under way, so many at once and no more, while their maker goes on making the next. */
export class HandOvers {
  private readonly underWay = new Set<Promise<void>>();
  private failure?: { error: unknown };

  /** @param atOnce how many may be under way */
  constructor(private readonly atOnce: number) {}

  /**
   * Begins a piece of work, as soon as there is room for it.
   * @throws what an earlier piece failed with; then this one is not begun
   */
  async begin(work: () => Promise<void>): Promise<void> {
    while (this.underWay.size >= this.atOnce) await Promise.race(this.underWay);
    this.throwFailure();
    const piece: Promise<void> = work()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.underWay.delete(piece));
    this.underWay.add(piece);
  }

  /**
   * Waits for all that was begun.
   * @throws what the first failing piece failed with
   */
  async done(): Promise<void> {
    await this.settled();
    this.throwFailure();
  }

  /** Waits for all that was begun, however it ends. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
