import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, takeLock } from './lock.mjs';

/** Processes start slowly on a busy machine. */
jest.setTimeout(60_000);

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
      if (lock.release) for await (const _ of process.stdin);`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const ends = children.map((child) => once(child, 'close'));
    const answers = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
    // Whoever has it keeps it until all have asked.
    for (const { stdin } of children) stdin.end();
    await Promise.all(ends);
    expect(answers.filter((answer) => answer === 'mine')).toHaveLength(1);
  });
});

describe('isAlive', () => {
  it('knows the living from the dead', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(spawnSync('true').pid)).toBe(false);
  });

  it('takes an ended process for dead although its parent never asked about it', async () => {
    // The shell becomes a sleep that does not know it has a child.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(isAlive(pid)).toBe(true);
      while (isAlive(pid)) await sleep(20);
      expect(() => process.kill(pid, 0)).not.toThrow();
    } finally {
      parent.kill();
    }
  });
});
