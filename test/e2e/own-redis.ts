import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { diesWithParent, freePort } from './launcher.js';

const READY_MS = 10_000;

/** How a Redis keeps what it is told in its append-only file, if at all. */
export type Persistence = 'none' | 'everysec' | 'always';

/** A redis-server that may be killed and started again at the same address. */
export class OwnRedis {
  private child?: ReturnType<typeof spawn>;

  private constructor(
    private readonly port: number,
    private readonly persistence: Persistence,
    private readonly directory: string,
  ) {}

  /** Starts one that keeps nothing, or in a directory of its own what `persistence` says. */
  static async start(persistence: Persistence = 'none'): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort(), persistence, mkdtempSync(join(tmpdir(), 'steno-redis-')));
    await redis.launch();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it with what it kept. */
  async launch(): Promise<void> {
    const [command = '', ...rest] = [
      ...diesWithParent('TERM'),
      'redis-server',
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
    ];
    const keep =
      this.persistence === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', this.persistence];
    this.child = spawn(command, [...rest, '--save', '', ...keep, '--maxmemory-policy', 'noeviction'], {
      stdio: 'ignore',
      cwd: this.directory,
    });
    for (const deadline = performance.now() + READY_MS; performance.now() < deadline; await sleep(20)) {
      if (await this.ask((redis) => redis.ping()).catch(() => undefined)) return;
    }
    throw new Error('redis-server did not start.');
  }

  /** Ends it the hard way; what it does not keep is lost. */
  async kill(): Promise<void> {
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** Ends it and removes what it kept. */
  async destroy(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Changes a setting while it runs. */
  async set(setting: string, value: string): Promise<void> {
    await this.ask((redis) => redis.config('SET', setting, value));
  }

  /** Bytes it uses for what it holds. */
  async usedBytes(): Promise<number> {
    const memory = await this.ask((redis) => redis.info('memory'));
    return Number(/used_memory:(\d+)/.exec(memory)?.[1]);
  }

  /** Forgets everything in it. */
  async wipe(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }

  private async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined); // the rejection below carries it
    try {
      await redis.connect();
      return await command(redis);
    } finally {
      redis.disconnect();
    }
  }
}
