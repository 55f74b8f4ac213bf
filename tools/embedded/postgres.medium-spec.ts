import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isAlive } from '../lock.mjs';
import { type EmbeddedPostgres, startPostgres } from './postgres.ts';

/** Making a database takes half a second on an idle machine, and ten on a busy one. */
jest.setTimeout(60_000);

let directory: string;
const running: EmbeddedPostgres[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'steno-postgres-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
});

async function start({ durable = false } = {}): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ directory, durable, maxConnections: 20 });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('makes a private database that knows letters beyond ASCII', async () => {
    const { url } = await start();
    expect(
      await query(url, `SELECT current_database(), current_user, lower('ČÉ'), to_tsvector('simple', 'Žižka řekl')::text`),
    ).toEqual([['steno', 'steno', 'čé', `'řekl':2 'žižka':1`]]);
    expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps rows and connection over a restart', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([[42]]);
  });

  it('keeps what it confirmed when the server is killed', async () => {
    const first = await start({ durable: true });
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    expect(await query((await start({ durable: true })).url, 'SELECT answer FROM kept')).toEqual([[42]]);
  });

  it('takes over from a launcher that was killed', async () => {
    const source = `
      const { startPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'postgres.ts'))});
      const server = await startPostgres(${JSON.stringify({ directory, durable: false, maxConnections: 20 })});
      console.log(server.pid);`;
    const launcher = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(launcher.stdout, 'data')) as [Buffer];
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
    expect(await query((await start()).url, 'SELECT 1')).toEqual([[1]]);
    const old = Number(line.toString());
    while (isAlive(old)) await sleep(20); // its file is gone a moment before it is
  });

  it('stops a server of its own that still runs in the directory', async () => {
    const first = await start();
    const second = await start();
    await first.ended;
    expect(await query(second.url, 'SELECT 1')).toEqual([[1]]);
  });

  it('does not mind a pid file that names a stranger, and leaves the stranger alone', async () => {
    await (await start()).stop();
    const stranger = spawn('sleep', ['60']);
    try {
      const lines = [stranger.pid, join(directory, 'data'), '1', '5432', '', '127.0.0.1', '', 'ready'];
      writeFileSync(join(directory, 'data', 'postmaster.pid'), `${lines.join('\n')}\n`);
      expect(await query((await start()).url, 'SELECT 1')).toEqual([[1]]);
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill();
    }
  });

  it('moves to another port when its own is taken', async () => {
    const first = await start();
    await first.stop();
    const port = Number(readFileSync(join(directory, 'port'), 'utf8'));
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const second = await start();
      expect(second.url).not.toBe(first.url);
      expect(await query(second.url, 'SELECT 1')).toEqual([[1]]);
    } finally {
      squatter.close();
    }
  });

  it('says what to do about a directory of another version', async () => {
    await (await start()).stop();
    writeFileSync(join(directory, 'data', 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow(/made by Postgres 15.*pg_dump/s);
  });

  it('says what the server said when it cannot start', async () => {
    await (await start()).stop();
    writeFileSync(join(directory, 'data', 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/did not start.*no_such_setting/s);
  });

  it('ends the half-made directory of an interrupted first start', async () => {
    writeFileSync(join(directory, 'data.unfinished'), 'left behind');
    expect(await query((await start()).url, 'SELECT 1')).toEqual([[1]]);
  });
});
