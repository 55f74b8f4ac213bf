import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { codeOf, Refusal } from '../refusal.ts';
import { freePort, isPortFree } from './free-port.ts';
import { chooseAccount, diesWithParent, type PostgresAccount } from './account.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { stopLeftover, stopPostmaster } from './postmaster.ts';

export interface PostgresOptions {
  /** Holds everything of this server: data/, its password, its port and postgres.log. Made when missing. */
  directory: string;
  /** false: writes are not forced to disk. Fast, and lost in a power cut: for tests only. */
  durable: boolean;
  maxConnections: number;
}

export interface EmbeddedPostgres {
  /** Connection of the superuser `steno` to the database `steno`. */
  url: string;
  pid: number;
  /** Settles when the server ends, for whatever reason. */
  ended: Promise<void>;
  /** Ends all sessions, writes everything, returns when the process is gone. */
  stop: () => Promise<void>;
}

const NAME = 'steno';
/** Replaying the log after a crash of a busy server takes its time. */
const READY_MS = 120_000;
/** How often the start is tried again when the port was taken in between or the last server's memory is not yet released. */
const STARTS = 5;
const PASSING_TROUBLE = /Address already in use|could not bind|pre-existing shared memory block/;

/**
 * Starts the Postgres that came with npm; makes its database at first.
 * Listens on 127.0.0.1 only, on a port that is picked once and kept, with password authentication.
 * A server that an earlier, killed launch left behind is stopped first.
 * @throws Refusal when it cannot run here, with what to do
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const dataDirectory = join(directory, 'data');
  const binaries = findPostgresBinaries();
  makePrivate(directory);
  const isNew = !existsSync(dataDirectory);
  const account = chooseAccount(directory, binaries.postgres);
  await stopLeftover(dataDirectory);
  if (isNew) await initialise(binaries, account, { ...options, directory });
  else refuseOtherVersion(dataDirectory, binaries.major);
  chmodSync(dataDirectory, 0o700);
  for (let start = 1; ; start += 1) {
    const server = await launch(binaries, account, { ...options, directory });
    if (server) return server;
    const log = readLog(directory);
    if (start === STARTS || !PASSING_TROUBLE.test(log))
      throw new Refusal(`The embedded Postgres did not start. It says:\n${log}`);
    await sleep(1_000);
  }
}

/** Where the embedded Postgres of a running installation is reached; undefined when none runs in this directory. */
export function runningPostgres(directory: string): string | undefined {
  const postmaster = join(directory, 'data', 'postmaster.pid');
  if (!existsSync(postmaster)) return undefined;
  const port = readFileSync(postmaster, 'utf8').split('\n')[3]?.trim();
  return port ? urlOf(directory, port) : undefined;
}

function urlOf(directory: string, port: number | string): string {
  const password = readFileSync(join(directory, 'password'), 'utf8').trim();
  return `postgres://${NAME}:${password}@127.0.0.1:${port}/${NAME}`;
}

/** Makes the data directory beside its place and moves it there when complete, so that a killed launch leaves no half of it. */
async function initialise(
  binaries: PostgresBinaries,
  account: PostgresAccount,
  { directory, durable }: PostgresOptions,
): Promise<void> {
  const unfinished = join(directory, 'data.unfinished');
  const passwordFile = join(directory, 'password');
  rmSync(unfinished, { recursive: true, force: true });
  if (!existsSync(passwordFile)) writeOwned(passwordFile, randomBytes(24).toString('base64url'), account);
  const log = openSync(join(directory, 'postgres.log'), 'w', 0o600);
  const initdb = run(
    [...account.prefix, binaries.initdb],
    [
      ...['-D', unfinished, '-U', NAME, '--pwfile', passwordFile, '--auth=scram-sha-256', '--encoding=UTF8'],
      ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      ...(durable ? [] : ['--no-sync']),
    ],
    { account, log },
  );
  closeSync(log);
  await once(initdb, 'exit');
  if (initdb.exitCode !== 0) {
    throw new Refusal(`The embedded Postgres could not make its database in ${directory}. It says:\n${readLog(directory)}`);
  }
  renameSync(unfinished, join(directory, 'data'));
}

/** One try to start the server; undefined when it ended before it was ready (its log says why). */
async function launch(
  binaries: PostgresBinaries,
  account: PostgresAccount,
  options: PostgresOptions,
): Promise<EmbeddedPostgres | undefined> {
  const { directory } = options;
  const port = await keptPort(directory);
  const log = openSync(join(directory, 'postgres.log'), 'w', 0o600);
  const child = run(
    [...account.prefix, ...diesWithParent('INT'), binaries.postgres],
    ['-D', join(directory, 'data'), ...settings(options, port).flatMap((setting) => ['-c', setting])],
    { account, log },
  );
  closeSync(log);
  const ended = once(child, 'exit').then(() => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Refusal(`The embedded Postgres cannot be run: ${binaries.postgres} is not executable.`);
  const url = urlOf(directory, port);
  try {
    if (!(await becameReady(child, url))) return undefined;
  } catch (error) {
    await stopPostmaster(pid);
    throw error;
  }
  return {
    url,
    pid,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) await stopPostmaster(pid);
      await ended;
    },
  };
}

function settings({ durable, maxConnections }: PostgresOptions, port: number): string[] {
  const volatile = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${maxConnections}`,
    'timezone=UTC',
    'log_timezone=UTC',
    'log_min_messages=warning',
    ...(durable ? [] : volatile),
  ];
}

/** The port of the last start while it is free, so that a written-down connection keeps working; else another. */
async function keptPort(directory: string): Promise<number> {
  const portFile = join(directory, 'port');
  const kept = existsSync(portFile) ? Number.parseInt(readFileSync(portFile, 'utf8'), 10) : 0;
  if (kept > 0 && (await isPortFree(kept))) return kept;
  const port = await freePort();
  writeFileSync(portFile, `${port}\n`);
  return port;
}

/**
 * Waits until the server answers and holds the database.
 * @returns false when the process ended instead
 */
async function becameReady(child: ChildProcess, url: string): Promise<boolean> {
  const deadline = Date.now() + READY_MS;
  while (child.exitCode === null && child.signalCode === null) {
    if (Date.now() > deadline) throw new Refusal(`The embedded Postgres was not ready after ${READY_MS / 1_000} s.`);
    if (await createdDatabase(url)) return true;
    await sleep(25);
  }
  return false;
}

/** @returns false while the server does not take connections yet */
async function createdDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.replace(/[^/]+$/, 'postgres'), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // the query below reports it
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P03') return false; // not listening, or starting up
    if (code === '28P01') {
      throw new Refusal(
        'The embedded Postgres refuses the password kept beside it. ' +
          'Put the file `password` of that folder back from a backup, or move the folder away to start with an empty database.',
      );
    }
    throw error;
  } finally {
    await client.end();
  }
}

function refuseOtherVersion(dataDirectory: string, major: string): void {
  const found = readFileSync(join(dataDirectory, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return;
  throw new Refusal(
    `${dataDirectory} was made by Postgres ${found}, and the embedded one is Postgres ${major}. ` +
      `Dump it with a Postgres ${found} (pg_dump) and load the dump into a new one, or set DATABASE_URL to a server of version ${found}, ` +
      'or move the folder away to start empty.',
  );
}

/** A process of its own group, so that Ctrl-C in the terminal reaches the launcher only, which then stops things in order. */
function run(
  [command = '', ...prefix]: string[],
  rest: string[],
  { account, log }: { account: PostgresAccount; log: number },
): ChildProcess {
  const child = spawn(command, [...prefix, ...rest], {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    ...(account.uid === undefined ? {} : { uid: account.uid, gid: account.uid }),
  });
  child.on('error', () => undefined); // seen as a missing pid
  return child;
}

function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Refusal(`${directory} cannot be made (${codeOf(error)}). Set STENO_HOME to a folder this user may write to.`, {
      cause: error,
    });
  }
}

function readLog(directory: string): string {
  return readFileSync(join(directory, 'postgres.log'), 'utf8').trim().split('\n').slice(-12).join('\n');
}

/** Writes a secret file that the account of Postgres can read and nobody else. */
function writeOwned(file: string, text: string, { uid }: PostgresAccount): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (uid !== undefined) chownSync(file, uid, uid);
}
