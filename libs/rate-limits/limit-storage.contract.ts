import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bucket, CallTotal, LimitStorage } from './limit-storage.js';

/** A storage to be tested. */
export interface OpenedStorage {
  storage: LimitStorage;
  /** Returns when so much of the storage's time has passed. */
  pass(milliseconds: number): Promise<void>;
  close(): void;
}

const WINDOW_MS = 1_000;

/** A bucket of its own, whatever else is counted in the same place. */
export function bucket(limit: number, windowMs = WINDOW_MS): Bucket {
  return { key: `test:${randomUUID()}`, policy: 'test', limit, windowMs, known: true };
}

/** What every storage holds to. */
export function describeLimitStorage(name: string, open: () => Promise<OpenedStorage>): void {
  describe(name, () => {
    let opened: OpenedStorage;
    let storage: LimitStorage;
    beforeEach(async () => {
      opened = await open();
      storage = opened.storage;
    });
    afterEach(() => opened.close());

    const grants = async (...buckets: Bucket[]): Promise<boolean> => (await storage.take(buckets, [])).granted;

    it('grants as many takes as the limit, however many come at once (item 12)', async () => {
      const narrow = bucket(40, 60_000);
      const taken = await Promise.all(Array.from({ length: 100 }, () => storage.take([narrow], [])));
      expect(taken.filter(({ granted }) => granted)).toHaveLength(40);
      expect(new Set(taken.map(({ states }) => states[0]?.hits)).size).toBe(40);
    });

    it('opens a window with the first hit and a new one when it has ended', async () => {
      const narrow = bucket(2);
      expect(await storage.look(narrow)).toEqual({ hits: 0, leftMs: WINDOW_MS });
      expect(await grants(narrow)).toBe(true);
      await opened.pass(WINDOW_MS / 2);
      expect(await grants(narrow)).toBe(true);
      const refused = await storage.take([narrow], []);
      expect(refused.granted).toBe(false);
      expect(refused.states[0]?.hits).toBe(2);
      expect(refused.states[0]?.leftMs).toBeLessThanOrEqual(WINDOW_MS / 2);
      expect(refused.states[0]?.leftMs).toBeGreaterThanOrEqual(0);
      await opened.pass(WINDOW_MS / 2 + 20);
      expect(await grants(narrow)).toBe(true);
      expect((await storage.look(narrow)).hits).toBe(1);
    });

    it('counts in all buckets of a take or in none', async () => {
      const [wide, narrow] = [bucket(10, 60_000), bucket(1, 60_000)];
      expect(await grants(wide, narrow)).toBe(true);
      for (let turn = 0; turn < 3; turn += 1) expect(await grants(wide, narrow)).toBe(false);
      expect((await storage.look(wide)).hits).toBe(1);
      expect((await storage.look(narrow)).hits).toBe(1);
    });

    it('gives one hit back in the same window, and none of nothing', async () => {
      const narrow = bucket(2, 60_000);
      await storage.giveBack(narrow);
      await grants(narrow);
      await grants(narrow);
      await storage.giveBack(narrow);
      expect(await storage.look(narrow)).toMatchObject({ hits: 1 });
      expect(await grants(narrow)).toBe(true);
      expect(await grants(narrow)).toBe(false);
    });

    it('forgets a bucket that is cleared, and no other', async () => {
      const [one, other] = [bucket(1, 60_000), bucket(1, 60_000)];
      await grants(one, other);
      await storage.clear(one);
      expect(await grants(one)).toBe(true);
      expect(await grants(other)).toBe(false);
    });

    it('is a storage of the throttler', async () => {
      const key = randomUUID();
      const hit = () => storage.increment(key, 60_000, 2, 60_000, 'test');
      expect(await hit()).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
      expect(await hit()).toMatchObject({ totalHits: 2, isBlocked: false });
      expect(await hit()).toMatchObject({ totalHits: 3, isBlocked: true, timeToBlockExpire: 60 });
    });

    describe('calls', () => {
      const counter = `key:${randomUUID()}:2026-01-31`;
      const totals = async (): Promise<CallTotal[]> =>
        (await storage.unsettledCalls()).filter((total) => total.counter === counter);

      it('go up with what is granted, are handed on once they changed, and keep going up (item 12)', async () => {
        const narrow = bucket(3, 60_000);
        await Promise.all(Array.from({ length: 10 }, () => storage.take([narrow], [counter])));
        const [first, ...rest] = await totals();
        expect(rest).toEqual([]);
        expect(first).toMatchObject({ counter, calls: 3, source: expect.any(String), lastAt: expect.any(Date) });
        if (first === undefined) throw new Error('no total');
        await storage.settleCalls([first]);
        expect(await totals()).toEqual([]);
        await storage.take([], [counter]);
        expect(await totals()).toMatchObject([{ source: first.source, calls: 4 }]);
      });

      it('that came while others were written stay to be written', async () => {
        await storage.take([], [counter]);
        const written = await totals();
        await storage.take([], [counter]);
        await storage.settleCalls(written);
        const before = written[0]?.calls ?? 0;
        expect(await totals()).toMatchObject([{ calls: before + 1 }]);
      });
    });
  });
}
