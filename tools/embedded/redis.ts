import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';
import { freePort } from './free-port.ts';
import { diesWithParent } from './account.ts';

export interface EmbeddedRedis {
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

const READY_MS = 10_000;

/**
 * Starts the redis-server of this machine for tests: nothing is kept, nothing is evicted, 127.0.0.1 only.
 * @throws Refusal when it is not installed or does not answer
 */
export async function startRedis(): Promise<EmbeddedRedis> {
  const port = await freePort();
  const [command = '', ...rest] = [...diesWithParent(), 'redis-server', '--port', String(port), '--bind', '127.0.0.1'];
  const child = spawn(command, [...rest, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
    detached: true,
    cwd: '/',
  });
  const ended = once(child, 'exit').catch(() => undefined); // a program that is missing never exits; see below
  for (const deadline = Date.now() + READY_MS; child.exitCode === null && Date.now() < deadline; await sleep(20)) {
    if (child.pid === undefined) break;
    if (await answersPing(port)) return { url: `redis://127.0.0.1:${port}`, pid: child.pid, stop };
  }
  await stop();
  throw new Refusal('redis-server did not start. Try `redis-server --port 0` to see what it says, or install it.');

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
  }
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
