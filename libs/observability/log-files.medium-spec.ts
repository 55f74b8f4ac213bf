import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { testConfig } from '#testing/config';
import { Log } from './log.js';
import { logDestination } from './log-files.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'steno-logs-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('begins a new file when one is full, keeps as many as it is told, and loses no line of those', async () => {
  const directory = join(home, 'logs');
  const config = testConfig({ STENO_HOME: home, LOG_DIRECTORY: directory, LOG_FILE_MAX_MB: '1', LOG_FILES_KEPT: '2' });
  const log = new Log({ app: 'api', level: 'info', destination: await logDestination('api', config) });
  const filling = 'x'.repeat(10_000);
  for (let line = 0; line < 500; line += 1) {
    log.info('Written', { line, filling });
    if (line % 50 === 0) await sleep(5);
  }
  for (const deadline = performance.now() + 5_000; performance.now() < deadline && files().length > 3;) await sleep(20);
  const numbers = files().flatMap((file) => linesOf(join(directory, file)));
  expect(files()).toHaveLength(3);
  expect(files().every((file) => /^api\.\d{4}-\d\d-\d\d\.\d+\.log$/.test(file))).toBe(true);
  const newest = numbers.toSorted((a, b) => a - b);
  expect(newest.at(-1)).toBe(499);
  expect(newest).toEqual(Array.from({ length: newest.length }, (_, index) => 500 - newest.length + index));

  function files(): string[] {
    return readdirSync(directory);
  }
});

it('is standard output unless a folder is named', async () => {
  expect(await logDestination('api', testConfig({ STENO_HOME: home }))).toBeUndefined();
});

function linesOf(path: string): number[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { line: number }).line);
}
