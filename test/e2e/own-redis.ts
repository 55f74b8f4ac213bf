import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { diesWithParent, freePort } from './launcher.js';

const READY_MS = 10_000;

/** A redis-server that keeps nothing, and that may be killed and started again at the same address. */
export class OwnRedis {
  private child?: ReturnType<typeof spawn>;

  private constructor(private readonly port: number) {}

  static async start(): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort());
    await redis.launch();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it with nothing in it. */
  async launch(): Promise<void> {
    const [command = '', ...rest] = [
      ...diesWithParent('TERM'),
      'redis-server',
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
    ];
    this.child = spawn(command, [...rest, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'], {
      stdio: 'ignore',
      cwd: '/',
    });
    for (const deadline = performance.now() + READY_MS; performance.now() < deadline; await sleep(20)) {
      if (await this.ask((redis) => redis.ping()).catch(() => undefined)) return;
    }
    throw new Error('redis-server did not start.');
  }

  /** Ends it the hard way; everything in it is lost. */
  async kill(): Promise<void> {
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** Forgets everything in it. */
  async wipe(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }

  private async ask(command: (redis: Redis) => Promise<string>): Promise<string> {
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
