import { beforeEach, describe, expect, it } from '@jest/globals';
import { Log } from '#observability';
import { CallCounts } from './call-counts.js';
import type { CallTotal } from './limit-storage.js';
import { MemoryStorage } from './memory-storage.js';

const COUNTER = 'key:k:2026-01-31';

describe('CallCounts', () => {
  let storage: MemoryStorage;
  let counts: CallCounts;
  let logged: string[];
  beforeEach(() => {
    storage = new MemoryStorage();
    logged = [];
    const write = (line: string): void => void logged.push(line);
    counts = new CallCounts(storage, new Log({ app: 'test', level: 'info', destination: { write } }));
  });

  /** Writes as a table does that keeps the greater total of each counter and source. */
  function table(): { sink: (totals: readonly CallTotal[]) => Promise<void>; calls: () => number; written: number[] } {
    const rows = new Map<string, number>();
    const written: number[] = [];
    return {
      sink: async (totals) => {
        for (const { counter, source, calls } of totals) {
          const row = `${counter} ${source}`;
          written.push(calls);
          rows.set(row, Math.max(rows.get(row) ?? 0, calls));
        }
      },
      calls: () => [...rows.values()].reduce((sum, calls) => sum + calls, 0),
      written,
    };
  }

  const call = () => storage.take([], [COUNTER]);

  it('hand on totals that changed, to every sink', async () => {
    const [one, other] = [table(), table()];
    counts.register(one.sink);
    counts.register(other.sink);
    await call();
    await call();
    await counts.flush();
    await counts.flush();
    await call();
    await counts.flush();
    expect(one.written).toEqual([2, 3]);
    expect([one.calls(), other.calls()]).toEqual([3, 3]);
  });

  it('hand on again what a sink did not take, and count it once', async () => {
    const rows = table();
    let broken = true;
    counts.register(rows.sink);
    counts.register(async () => {
      if (broken) throw new Error('no database');
    });
    await call();
    await counts.flush();
    await call();
    broken = false;
    await counts.flush();
    await counts.flush();
    expect(rows.written).toEqual([1, 2]);
    expect(rows.calls()).toBe(2);
    expect(logged).toHaveLength(1);
  });

  it('hand on what is left at the end', async () => {
    const rows = table();
    counts.register(rows.sink);
    counts.onApplicationBootstrap();
    await call();
    await counts.beforeApplicationShutdown();
    expect(rows.calls()).toBe(1);
  });

  it('loses no call that comes while a sink writes', async () => {
    const rows = table();
    counts.register(async (totals) => {
      await call();
      await rows.sink(totals);
    });
    await call();
    await counts.flush();
    expect(rows.calls()).toBe(1);
    await counts.flush();
    expect(rows.calls()).toBe(2);
  });
});
