import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Log } from '#observability';
import { type CutOffProxy, startCutOffProxy, testRedisUrl } from '#testing/servers';
import { FailoverStorage } from './failover-storage.js';
import { bucket, describeLimitStorage } from './limit-storage.contract.js';
import { MemoryStorage } from './memory-storage.js';
import { RedisStorage } from './redis-storage.js';

const url = testRedisUrl();

interface Opened {
  storage: FailoverStorage;
  /** The messages it logged. */
  logged: string[];
}

async function open(at: string, prefix: string): Promise<Opened> {
  const logged: string[] = [];
  const write = (line: string): void => void logged.push((JSON.parse(line) as { message: string }).message);
  const log = new Log({ app: 'test', level: 'info', destination: { write } });
  const storage = new FailoverStorage(new RedisStorage(at, prefix), new MemoryStorage(), log);
  await storage.onApplicationBootstrap();
  return { storage, logged };
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 15_000; !condition(); await sleep(20)) {
    if (performance.now() > deadline) throw new Error('It did not come.');
  }
}

const AWAY = expect.stringContaining('does not answer; rate limits are counted in memory');
const BACK = expect.stringContaining('Redis answers again');

(url === null ? describe.skip : describe)('FailoverStorage', () => {
  describe('behind a way that is cut', () => {
    let proxy: CutOffProxy;
    let opened: Opened;
    const prefix = `failover_${process.pid}_${randomUUID().slice(0, 8)}`;
    beforeEach(async () => {
      proxy = await startCutOffProxy(url ?? '');
      opened = await open(proxy.url, prefix);
    });
    afterEach(async () => {
      opened.storage.onApplicationShutdown();
      await proxy.stop();
    });

    it('counts in memory without Redis, says so once, and comes back', async () => {
      const { storage, logged } = opened;
      const narrow = bucket(3, 60_000);
      await storage.take([narrow], []);
      proxy.cut();
      const taken = await Promise.all(Array.from({ length: 10 }, () => storage.take([narrow], [])));
      expect(taken.filter(({ granted }) => granted)).toHaveLength(3);
      expect(logged).toEqual([AWAY]);
      proxy.mend();
      await until(() => logged.length > 1);
      expect(logged).toEqual([AWAY, BACK]);
      expect(await storage.look(narrow)).toMatchObject({ hits: 1 });
    });

    it('waits once for a Redis that hangs, then for nothing', async () => {
      const { storage, logged } = opened;
      const narrow = bucket(1_000, 60_000);
      proxy.silence();
      await storage.take([narrow], []);
      const before = performance.now();
      for (let turn = 0; turn < 200; turn += 1) await storage.take([narrow], []);
      expect(performance.now() - before).toBeLessThan(2_000);
      await sleep(2_500); // two probes fail meanwhile
      expect(logged).toEqual([AWAY]);
      proxy.mend();
      await until(() => logged.length > 1);
      expect(logged).toEqual([AWAY, BACK]);
    });

    it('hands on the calls of both places, each under its own source', async () => {
      const { storage } = opened;
      const counter = `key:${randomUUID()}:2026-01-31`;
      for (let turn = 0; turn < 3; turn += 1) await storage.take([], [counter]);
      proxy.cut();
      for (let turn = 0; turn < 2; turn += 1) await storage.take([], [counter]);
      const totals = (await storage.unsettledCalls()).filter((total) => total.counter === counter);
      expect(totals.map(({ calls }) => calls).toSorted()).toEqual([2, 3]);
      expect(new Set(totals.map(({ source }) => source)).size).toBe(2);
    });
  });

  it('starts without Redis', async () => {
    const proxy = await startCutOffProxy(url ?? '');
    proxy.cut();
    const { storage, logged } = await open(proxy.url, 'failover_start');
    expect(await storage.take([bucket(1)], [])).toMatchObject({ granted: true });
    expect(logged).toEqual([AWAY]);
    storage.onApplicationShutdown();
    await proxy.stop();
  });

  describeLimitStorage('away from Redis', async () => {
    const proxy = await startCutOffProxy(url ?? '');
    proxy.cut();
    const { storage } = await open(proxy.url, 'failover_contract');
    const close = (): void => {
      storage.onApplicationShutdown();
      void proxy.stop();
    };
    return { storage, pass: (milliseconds) => sleep(milliseconds), close };
  });

  describe('with a server of its own', () => {
    let directory: string;
    let server: ChildProcess;
    let opened: Opened;

    async function launch(): Promise<void> {
      server = spawn('redis-server', ['--port', '0', '--unixsocket', join(directory, 'redis'), '--save', ''], {
        stdio: 'ignore',
      });
      process.once('exit', () => server.kill('SIGKILL'));
      const storage = new RedisStorage(join(directory, 'redis'), 'probe');
      for (let turn = 0; turn < 200; turn += 1) {
        const answers = await storage.probe().then(
          () => true,
          () => false,
        );
        if (answers) return storage.close();
        await sleep(25);
      }
      throw new Error('redis-server did not start.');
    }

    async function kill(): Promise<void> {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    }

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'steno-limits-'));
      await launch();
      opened = await open(join(directory, 'redis'), 'failover');
    });
    afterEach(async () => {
      opened.storage.onApplicationShutdown();
      server.kill('SIGCONT');
      await kill();
      rmSync(directory, { recursive: true, force: true });
    });

    it('loses no call that was counted when Redis is killed and comes back empty', async () => {
      const { storage, logged } = opened;
      const counter = 'key:k:2026-01-31';
      for (let turn = 0; turn < 5; turn += 1) await storage.take([], [counter]);
      await kill();
      for (let turn = 0; turn < 4; turn += 1) await storage.take([], [counter]);
      await launch();
      await until(() => logged.length > 1);
      for (let turn = 0; turn < 3; turn += 1) await storage.take([], [counter]);
      const calls = (await storage.unsettledCalls()).map((total) => total.calls);
      expect(calls.toSorted()).toEqual([3, 4, 5]);
      expect(logged).toEqual([AWAY, BACK]);
    });

    it('holds the limits while Redis is stopped in its tracks', async () => {
      const { storage, logged } = opened;
      const narrow = bucket(40, 60_000);
      server.kill('SIGSTOP');
      const before = performance.now();
      const taken = await Promise.all(Array.from({ length: 100 }, () => storage.take([narrow], [])));
      expect(taken.filter(({ granted }) => granted)).toHaveLength(40);
      for (let turn = 0; turn < 20; turn += 1) await storage.take([narrow], []);
      // One time of waiting for all of them, not one each.
      expect(performance.now() - before).toBeLessThan(2_500);
      server.kill('SIGCONT');
      await until(() => logged.length > 1);
      expect(logged).toEqual([AWAY, BACK]);
    });
  });
});
