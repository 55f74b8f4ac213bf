import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';
import { diesWithParent } from './account.ts';

export interface EmbeddedSwift {
  /** Where S3 is spoken, with the credentials: `http://key:secret@127.0.0.1:port`. */
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

const SERVERS = join(import.meta.dirname, 'swift-servers.py');
/** Debian's own Python: python3-swift is a package of that one, whatever other is first on the path. */
const PYTHON = '/usr/bin/python3';
const ACCESS_KEY = 'steno:tester';
const SECRET_KEY = 'swift-secret-0123456789';
const READY_MS = 30_000;
const WORDS_OF_FAILURE = 2_000;

/**
 * Starts OpenStack Swift with its S3 protocol for tests: a store that others wrote, on 127.0.0.1 only, empty, without any bucket.
 * @param directory for its objects; on a file system with extended attributes
 * @throws Refusal when it does not start
 */
export async function startSwift(directory: string): Promise<EmbeddedSwift> {
  mkdirSync(directory, { recursive: true });
  const [command = '', ...rest] = [...diesWithParent('TERM'), PYTHON, SERVERS, directory, ACCESS_KEY, SECRET_KEY];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/' });
  let said = '';
  child.stderr.on('data', (words: Buffer) => (said = (said + words.toString()).slice(-WORDS_OF_FAILURE)));
  const ended = once(child, 'exit').catch(() => undefined); // a program that is missing never exits; see below
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const late = new AbortController();
  const port = await Promise.race([
    firstLine(child.stdout),
    ended,
    sleep(READY_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  if (typeof port === 'string' && child.pid !== undefined) {
    const [key, secret] = [ACCESS_KEY, SECRET_KEY].map(encodeURIComponent);
    return { url: `http://${key}:${secret}@127.0.0.1:${port}`, pid: child.pid, stop };
  }
  if (child.pid !== undefined) await stop();
  throw new Refusal(`Swift did not start. It says:\n${said.trim()}`);
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface(output)) return line;
  return undefined;
}
