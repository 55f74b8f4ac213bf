import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../embedded/free-port.ts';
import { PROJECT } from '../project.ts';
import { checkPort, neededPrograms, readSettings } from './settings.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'steno-settings-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('readSettings', () => {
  it('has defaults for everything', async () => {
    const origin = 'http://127.0.0.1:3000';
    const settings = { home: join(PROJECT, '.steno'), host: '127.0.0.1', port: 3000, origin, inbox: `${origin}/inbox` };
    expect(await readSettings({})).toEqual(settings);
    expect(await readSettings({ PORT: '', HOST: '', STENO_HOME: '', DATABASE_URL: '' })).toEqual(settings);
  });

  it('reaches an API that listens everywhere by loopback', async () => {
    expect(await readSettings({ HOST: '0.0.0.0', PORT: '8080' })).toMatchObject({
      host: '0.0.0.0',
      origin: 'http://127.0.0.1:8080',
    });
    expect(await readSettings({ HOST: '::1' })).toMatchObject({ origin: 'http://[::1]:3000' });
  });

  it.each([
    ['letters are sent', { SMTP_URL: 'smtp://127.0.0.1:2525' }],
    ['it is production', { NODE_ENV: 'production' }],
    ['the API is not reached by loopback', { HOST: '192.0.2.7' }],
  ])('has no inbox to show when %s', async (_, environment) => {
    expect(await readSettings(environment)).not.toHaveProperty('inbox');
  });

  it('picks a port when told 0', async () => {
    expect((await readSettings({ PORT: '0' })).port).toBeGreaterThan(0);
  });

  it.each(['abc', '70000', '-1', '80.5'])('refuses PORT=%s', async (port) => {
    await expect(readSettings({ PORT: port })).rejects.toThrow(`not "${port}"`);
  });
});

describe('checkPort', () => {
  it('refuses a port that is taken, and names another way', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      await expect(checkPort(await readSettings({ PORT: String(port) }))).rejects.toThrow(/is taken.*PORT=\d+ npm start/);
    } finally {
      server.close();
    }
  });

  it('leaves a free port free', async () => {
    const settings = await readSettings({ PORT: String(await freePort()) });
    await checkPort(settings);
    await checkPort(settings);
  });
});

describe('neededPrograms', () => {
  it('wants pocketsphinx only when nothing better can hear', () => {
    expect(neededPrograms({}, home)).toEqual(['ffmpeg', 'pocketsphinx']);
    expect(neededPrograms({ OPENAI_API_KEY: 'sk' }, home)).toEqual(['ffmpeg']);
    mkdirSync(join(home, 'models'));
    expect(neededPrograms({}, home)).toEqual(['ffmpeg', 'pocketsphinx']);
    writeFileSync(join(home, 'models', 'ggml-base.bin'), '');
    expect(neededPrograms({}, home)).toEqual(['ffmpeg']);
  });
});
