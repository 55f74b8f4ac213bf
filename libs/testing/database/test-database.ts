import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrateDatabase } from '#database';
import { migrateQueues } from '#queues';
import { testDatabaseServerUrl } from '#testing/servers';

const TEMPLATE = 'steno_template';
/** Any number, as long as nothing else on the server locks it. */
const TEMPLATE_LOCK = 727_401;

/** A database of one test file. */
export interface TestDatabase {
  /** Connection of its owner; the apps take their own role on it. */
  url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * Makes a migrated database for one test file by copying a template, which the first caller of a run makes.
 * The server belongs to the run: a template that is there is taken for current.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return create(async (server, name) => {
    // Held while copying, too: Postgres refuses to copy a database that somebody is connected to.
    await server.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await makeTemplate(server);
    await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  });
}

/** An empty database, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return create(async (server, name) => {
    await server.query(`CREATE DATABASE ${name}`);
  });
}

async function create(make: (server: Client, name: string) => Promise<void>): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer((server) => make(server, name));
  const drop = async (server: Client): Promise<void> => {
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return { url: urlOf(name), drop: () => onServer(drop) };
}

/** Migrates under another name and renames at the end, so that a run that was killed leaves no half of a template. */
async function makeTemplate(server: Client): Promise<void> {
  const { rowCount } = await server.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
  if (rowCount !== 0) return;
  const unfinished = `${TEMPLATE}_unfinished`;
  await server.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
  await server.query(`CREATE DATABASE ${unfinished}`);
  await migrateDatabase(urlOf(unfinished));
  await migrateQueues(urlOf(unfinished));
  await server.query(`ALTER DATABASE ${unfinished} RENAME TO ${TEMPLATE}`);
}

function urlOf(name: string): string {
  const url = new URL(testDatabaseServerUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(work: (server: Client) => Promise<void>): Promise<void> {
  const server = new Client({ connectionString: testDatabaseServerUrl() });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}
