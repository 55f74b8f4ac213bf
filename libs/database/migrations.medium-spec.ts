import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyDatabase, type TestDatabase } from '#testing/database';
import { migrateDatabase, schemaDifferences } from './migrate.js';

describe('the migrations', () => {
  let server: TestDatabase;
  beforeAll(async () => {
    server = await emptyDatabase();
  });
  afterAll(() => server.drop());

  it('make what the entities say, and can be taken back to nothing and applied again', async () => {
    expect(await schemaDifferences(server.url)).toEqual([]);
  });

  it('run once', async () => {
    expect(await migrateDatabase(server.url)).toEqual([]);
  });

  it('say what is wrong when they cannot run', async () => {
    const nowhere = server.url.replace(/[^/]+$/, 'nowhere');
    await expect(migrateDatabase(nowhere)).rejects.toThrow(/^The migrations did not run: .*"nowhere" does not exist/);
  });
});
