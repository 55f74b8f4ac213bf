import { Readable, Writable } from 'node:stream';
import type { World } from './world.ts';

/** A world whose output is kept. */
export function scriptedWorld(
  env: Record<string, string>,
  { stdin = '', cwd = '/', signal = new AbortController().signal } = {},
): World & { out: () => string; err: () => string } {
  const kept = { out: '', err: '' };
  const into = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(piece, _, done) {
        kept[name] += String(piece);
        done();
      },
    });
  return {
    stdin: Readable.from([stdin]),
    stdout: into('out'),
    stderr: into('err'),
    env,
    cwd,
    signal,
    out: () => kept.out,
    err: () => kept.err,
  };
}
