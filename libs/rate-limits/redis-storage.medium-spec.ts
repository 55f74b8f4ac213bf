import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { testRedisUrl } from '#testing/servers';
import { bucket, describeLimitStorage } from './limit-storage.contract.js';
import { RedisStorage } from './redis-storage.js';

const url = testRedisUrl();

async function connected(prefix: string, at: string): Promise<RedisStorage> {
  const storage = new RedisStorage(at, prefix);
  await storage.connect();
  return storage;
}

/** Every command that clients send while `work` runs, without those that scripts run inside. */
async function commandsOf(at: string, work: () => Promise<unknown>): Promise<string[]> {
  const redis = new Redis(at);
  const monitor = await redis.monitor();
  const commands: string[] = [];
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (source !== 'lua') commands.push(String(args[0]).toLowerCase());
  });
  await work();
  const last = randomUUID();
  await redis.echo(last);
  while (!commands.includes('echo')) await sleep(5);
  monitor.disconnect();
  redis.disconnect();
  return commands.filter((command) => command !== 'echo');
}

(url === null ? describe.skip : describe)('with Redis', () => {
  const at = url ?? '';

  describeLimitStorage('RedisStorage', async () => {
    const storage = await connected('limits_contract', at);
    return { storage, pass: (milliseconds) => sleep(milliseconds), close: () => storage.close() };
  });

  describe('RedisStorage', () => {
    let one: RedisStorage;
    let other: RedisStorage;
    const prefix = `limits_${process.pid}`;
    beforeAll(async () => {
      [one, other] = [await connected(prefix, at), await connected(prefix, at)];
    });
    afterAll(() => {
      one.close();
      other.close();
    });

    it('is exact over two processes: of 100 takes at once 40 are granted, not 41 (item 12)', async () => {
      const narrow = bucket(40, 60_000);
      const taken = await Promise.all(
        Array.from({ length: 100 }, (_, turn) => (turn % 2 === 0 ? one : other).take([narrow], [])),
      );
      expect(taken.filter(({ granted }) => granted)).toHaveLength(40);
    });

    it('asks once for all limits and counters of a request', async () => {
      const buckets = [bucket(10), bucket(10), bucket(10)];
      await one.take(buckets, ['key:k:2026-01-31']);
      const commands = await commandsOf(at, async () => {
        for (let turn = 0; turn < 5; turn += 1) await one.take(buckets, ['key:k:2026-01-31', 'workspace:w:2026-01-31']);
      });
      expect(commands.filter((command) => command === 'evalsha')).toHaveLength(5);
      expect(commands.filter((command) => /^(get|incr|eval|info|hset|pttl)$/.test(command))).toEqual([]);
    });

    it('leaves unsettled what another process counted while totals were written, also when that process is gone', async () => {
      const counter = `key:${randomUUID()}:2026-01-31`;
      const ofCounter = async (storage: RedisStorage) =>
        (await storage.unsettledCalls()).filter((total) => total.counter === counter);
      await one.take([], [counter]);
      const written = await ofCounter(one);
      await other.take([], [counter]);
      await one.settleCalls(written);
      const third = await connected(prefix, at);
      const totals = await ofCounter(third);
      third.close();
      expect(totals).toMatchObject([{ calls: 2 }]);
    });

    it('adds up the calls of all processes under one source, and settles them for all', async () => {
      const counter = `key:${randomUUID()}:2026-01-31`;
      for (let turn = 0; turn < 6; turn += 1) await (turn % 2 === 0 ? one : other).take([], [counter]);
      const ofCounter = async (storage: RedisStorage) =>
        (await storage.unsettledCalls()).filter((total) => total.counter === counter);
      const [total, ...rest] = await ofCounter(one);
      expect(rest).toEqual([]);
      expect(total).toMatchObject({ calls: 6 });
      expect(await ofCounter(other)).toEqual([total]);
      await one.settleCalls(total === undefined ? [] : [total]);
      expect(await ofCounter(one)).toEqual([]);
    });
  });
});
