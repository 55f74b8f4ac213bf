/**
 * Has many do together what each of them would do alone: while one batch is under way, those who come wait for the next. Nobody waits for
 * company; whoever comes alone goes alone.
 */
export class Batches<Item, Result> {
  private readonly queues = new Map<string, { item: Item; done: (result: Promise<Result>) => void }[]>();

  /** @param work gives a result for each item, in their order */
  constructor(private readonly work: (key: string, items: readonly Item[]) => Promise<readonly Promise<Result>[]>) {}

  /** @param key of those who go together */
  async add(key: string, item: Item): Promise<Result> {
    const queue = this.queues.get(key);
    return new Promise((done) => {
      if (queue !== undefined) return void queue.push({ item, done });
      this.queues.set(key, [{ item, done }]);
      void this.run(key);
    });
  }

  private async run(key: string): Promise<void> {
    for (let batch = this.queues.get(key) ?? []; batch.length > 0; batch = this.queues.get(key) ?? []) {
      this.queues.set(key, []);
      const results = await this.work(
        key,
        batch.map(({ item }) => item),
      ).catch((error: unknown) =>
        batch.map(() => Promise.reject<Result>(error instanceof Error ? error : new Error(String(error)))),
      );
      for (const [index, { done }] of batch.entries())
        done(results[index] ?? Promise.reject(new Error('A batch gave too few results.')));
    }
    this.queues.delete(key);
  }
}
