import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './lock.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steno-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('takeLock', () => {
  it('gives a lock to one process and tells the others who has it', async () => {
    const file = join(folder, 'made', 'lock');
    const lock = await takeLock(file);
    expect(lock).toMatchObject({ owner: process.pid });
    lock.release?.();
    expect(existsSync(file)).toBe(false);
    const other = spawn('sleep', ['60']);
    writeFileSync(file, `${other.pid}\n`);
    expect(await takeLock(file)).toEqual({ owner: other.pid });
    other.kill();
  });

  it.each([['a process that is gone'], ['nothing']])('takes over a lock that names %s', async (owner) => {
    const file = join(folder, 'lock');
    writeFileSync(file, owner === 'nothing' ? '' : `${spawnSync('true').pid}\n`);
    expect((await takeLock(file)).release).toBeDefined();
  });

  it('lets exactly one of many have it, also when all find the lock of a dead one', async () => {
    const file = join(folder, 'lock');
    writeFileSync(file, `${spawnSync('true').pid}\n`);
    const source = `
      const { takeLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))});
      const lock = await takeLock(${JSON.stringify(file)});
      process.stdout.write(lock.release ? 'mine' : 'taken');
      if (lock.release) await new Promise((resolve) => setTimeout(resolve, 1500));`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const [answer] = (await once(child.stdout, 'data')) as [Buffer];
        await once(child, 'exit');
        return answer.toString();
      }),
    );
    expect(answers.filter((answer) => answer === 'mine')).toHaveLength(1);
  });
});
