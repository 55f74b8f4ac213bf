import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../embedded/postgres.ts';
import { schemaDifferences } from '../sync/built-product.ts';

/**
 * Compares the entities with what the migrations make of an empty database, on the test server or on one of its own.
 * @returns the statements that are missing; none when both agree and every migration can be taken back
 */
export function schemaProblems(): Promise<string[]> {
  const { STENO_TEST_DATABASE_URL: url } = process.env;
  return url ? withEmptyDatabase(url, schemaDifferences) : withServer((own) => withEmptyDatabase(own, schemaDifferences));
}

async function withServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'steno-check-'));
  try {
    const server = await startPostgres({ directory, durable: false, maxConnections: 20 });
    try {
      return await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function withEmptyDatabase<T>(url: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `steno_check_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
    const empty = new URL(url);
    empty.pathname = name;
    return await work(empty.href);
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}
