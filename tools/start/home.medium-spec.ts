import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSecrets, takeHome } from './home.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'steno-home-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('takeHome', () => {
  it('refuses a home that another process has, and names it', async () => {
    const other = spawn('sleep', ['60']);
    try {
      writeFileSync(join(home, 'start.lock'), `${other.pid}\n`);
      await expect(takeHome(home)).rejects.toThrow(`(process ${other.pid})`);
    } finally {
      other.kill();
    }
  });

  it('can be taken again when it was given back', async () => {
    (await takeHome(home))();
    (await takeHome(home))();
  });
});

describe('readSecrets', () => {
  it('generates them once, for this user only', () => {
    const secrets = readSecrets(home);
    expect(secrets.authSecret.length).toBeGreaterThanOrEqual(32);
    expect(secrets.demo.password.length).toBeGreaterThanOrEqual(10);
    expect(readSecrets(home)).toEqual(secrets);
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['not json', '{}', '{"authSecret":"x"}'])('says what to do about a damaged file: %s', (text) => {
    writeFileSync(join(home, 'secrets.json'), text);
    expect(() => readSecrets(home)).toThrow(/is damaged.*remove it/s);
  });
});
