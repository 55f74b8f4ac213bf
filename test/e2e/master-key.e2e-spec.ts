import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule } from '#config';
import { Database, DatabaseModule, type Workspace } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { Vault, VaultModule } from '#vault';
import { AppProcess } from './app-process.js';
import { describeWith } from './requirements.js';

const OLD = 'the master key that was in force until today';
const NEW = 'the master key that is in force from today on';
const ROTATE = 'dist/apps/api/src/rotate-master-key.js';
const WORKSPACES = 1_200;
const AT_ONCE = 8;

describeWith(['postgres'], 'npm run rotate-master-key', () => {
  const place = { table: 'provider_keys', column: 'sealed', row: '019aa3a4-7b8c-7d9e-8f01-a2b3c4d5e6f7' };
  const home = mkdtempSync(join(tmpdir(), 'steno-master-key-'));
  const sealed = new Map<string, Buffer>();
  let server: TestDatabase;
  let runs = 0;

  beforeAll(async () => {
    server = await testDatabase();
    await withVault({ MASTER_KEY: OLD }, async (database, vault) => {
      const workspaces: Workspace[] = [];
      while (workspaces.length < WORKSPACES)
        workspaces.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => makeWorkspace(database)))));
      for (let at = 0; at < WORKSPACES; at += AT_ONCE)
        await Promise.all(
          workspaces.slice(at, at + AT_ONCE).map(async ({ id }) => {
            const box = await database.inWorkspace(id, (tx) => vault.seal(tx, id, place, `secret of ${id}`));
            sealed.set(id, box);
          }),
        );
    });
  });
  afterAll(async () => {
    await server?.drop();
    rmSync(home, { recursive: true, force: true });
  });

  async function withVault<T>(env: Record<string, string>, work: (database: Database, vault: Vault) => Promise<T>): Promise<T> {
    const config = testConfig({ DATABASE_URL: server.url, ...env });
    const log = new Log({ app: 'test', level: 'silent' });
    const imports = [ConfigModule.with(config), ObservabilityModule.with(log), DatabaseModule.as('steno-test'), VaultModule];
    const module: TestingModule = await Test.createTestingModule({ imports }).compile();
    try {
      await module.init();
      return await work(module.get(Database), module.get(Vault));
    } finally {
      await module.close();
    }
  }

  function rotate(env: Record<string, string>): AppProcess {
    runs += 1;
    const secrets = { AUTH_SECRET: 'the secret of the tests, which guards nothing', NODE_ENV: 'test', STENO_HOME: home };
    return new AppProcess(ROTATE, join(home, `rotate-${runs}.log`), { DATABASE_URL: server.url, ...secrets, ...env });
  }

  async function sealedWithOld(): Promise<number> {
    return withVault({ MASTER_KEY: NEW, MASTER_KEYS_PREVIOUS: OLD }, (database) =>
      database.asSystem(async (tx) => {
        const rows = await tx.query<{ n: string }>('SELECT count(*) AS n FROM workspace_keys GROUP BY master_key_id ORDER BY n');
        return rows.length === 1 ? 0 : Number(rows[0]?.n);
      }),
    );
  }

  it('refuses without the key that rows are sealed with, and changes nothing', async () => {
    const run = rotate({ MASTER_KEY: NEW });
    expect((await run.exit()).code).toBe(1);
    expect(run.output()).toMatch(/sealed with a master key that is not configured .* add the old one to MASTER_KEYS_PREVIOUS/);
  });

  it('is killed in the middle, and goes on where it was', async () => {
    const killed = rotate({ MASTER_KEY: NEW, MASTER_KEYS_PREVIOUS: OLD });
    while (killed.isRunning && !killed.output().includes('keys sealed anew')) await sleep(2);
    killed.signal('SIGKILL');
    expect((await killed.exit()).signal).toBe('SIGKILL');
    const left = await sealedWithOld();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(WORKSPACES);

    const twice = [
      rotate({ MASTER_KEY: NEW, MASTER_KEYS_PREVIOUS: OLD }),
      rotate({ MASTER_KEY: NEW, MASTER_KEYS_PREVIOUS: OLD }),
    ];
    for (const run of twice) expect((await run.exit()).code).toBe(0);
    expect(await sealedWithOld()).toBe(0);
  });

  it('leaves every secret readable with the new key alone', async () => {
    await withVault({ MASTER_KEY: NEW }, async (database, vault) => {
      for (const [id, box] of sealed)
        expect(await database.inWorkspace(id, (tx) => vault.open(tx, id, place, box))).toBe(`secret of ${id}`);
    });
    const run = rotate({ MASTER_KEY: NEW });
    expect((await run.exit()).code).toBe(0);
    expect(run.output()).toContain('Every key is sealed with MASTER_KEY already.');
  });
});
