import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Config, ConfigModule } from '#config';
import { Database, DatabaseModule } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { BUSY, Circuits, CircuitsModule, isPoolKey, KeyPools, type PoolKey } from './index.js';

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
});
afterAll(() => server.drop());

async function startProcess(settings: Record<string, string> = {}): Promise<TestingModule> {
  const config: Config = testConfig({ DATABASE_URL: server.url, ...settings });
  const imports = [
    ConfigModule.with(config),
    ObservabilityModule.with(new Log({ app: 'worker', level: 'silent' })),
    DatabaseModule.as('circuits-test'),
    CircuitsModule,
  ];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  return app;
}

describe('circuits', () => {
  let processes: TestingModule[];
  let circuits: Circuits;
  let elsewhere: Circuits;
  let database: Database;
  beforeAll(async () => {
    processes = [await startProcess(), await startProcess()];
    [circuits, elsewhere] = processes.map((app) => app.get(Circuits)) as [Circuits, Circuits];
    database = processes[0]?.get(Database) as Database;
  });
  beforeEach(() => database.asSystem((tx) => tx.execute('DELETE FROM circuits')));
  afterAll(async () => {
    for (const app of processes) await app.close();
  });

  async function fail(id: string, times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) await circuits.failed(id, 'unavailable');
  }

  /** As if so much time had gone by. */
  async function later(seconds: number): Promise<void> {
    await database.asSystem((tx) =>
      tx.execute(
        `UPDATE circuits SET blocked_until = blocked_until - make_interval(secs => $1), probe_until = probe_until - make_interval(secs => $1)`,
        [seconds],
      ),
    );
    await circuits.failed('unrelated', 'x');
  }

  it('opens after five failures in a row, in every process', async () => {
    await fail('groq', 4);
    expect(await circuits.refusal('groq')).toBeNull();
    await fail('groq', 1);
    const refused = { reason: 'unavailable', retryAfterSeconds: 30 };
    expect(await circuits.refusal('groq')).toEqual(refused);
    expect(await elsewhere.refusal('groq')).toEqual(refused);
    expect(await circuits.refusal('openai')).toBeNull();
  });

  it('counts from the start again after an answer', async () => {
    await fail('groq', 4);
    await circuits.succeeded('groq');
    await fail('groq', 4);
    expect(await circuits.refusal('groq')).toBeNull();
  });

  it('is not opened any longer by calls that began before it opened', async () => {
    await fail('groq', 12);
    expect(await circuits.refusal('groq')).toMatchObject({ retryAfterSeconds: 30 });
  });

  it('lets one call try, and opens for twice as long when that fails, up to five minutes', async () => {
    await fail('groq', 5);
    for (const seconds of [60, 120, 240, 300, 300]) {
      await later(400);
      const tries = await Promise.all(Array.from({ length: 10 }, () => circuits.refusal('groq')));
      expect(tries.filter((refusal) => refusal === null)).toHaveLength(1);
      await circuits.failed('groq', 'unavailable');
      expect(await circuits.refusal('groq')).toMatchObject({ retryAfterSeconds: seconds });
    }
  });

  it('lets another try when the first never said how it went', async () => {
    await fail('groq', 5);
    await later(31);
    expect(await circuits.refusal('groq')).toBeNull();
    expect(await circuits.refusal('groq')).not.toBeNull();
    await later(31);
    expect(await circuits.refusal('groq')).toBeNull();
  });

  it('closes at the first answer', async () => {
    await fail('groq', 5);
    await later(31);
    expect(await circuits.refusal('groq')).toBeNull();
    await circuits.succeeded('groq');
    expect(await Promise.all([circuits.refusal('groq'), circuits.refusal('groq')])).toEqual([null, null]);
    expect(await circuits.states()).toEqual([expect.objectContaining({ id: 'unrelated' })]);
  });

  it('keeps to a wait that was asked for, whatever calls under way are answered', async () => {
    await circuits.block('groq/a', 7, 'rate_limited');
    await circuits.succeeded('groq/a');
    expect(await circuits.refusal('groq/a')).toEqual({ reason: 'rate_limited', retryAfterSeconds: 7 });
    await circuits.block('groq/a', 2, 'rate_limited');
    expect(await circuits.refusal('groq/a')).toMatchObject({ retryAfterSeconds: 7 });
    await later(8);
    expect(await Promise.all([circuits.refusal('groq/a'), circuits.refusal('groq/a')])).toEqual([null, null]);
  });

  it('says how each stands', async () => {
    await fail('groq', 5);
    await fail('openai', 2);
    expect(await circuits.states()).toMatchObject([
      { id: 'groq', state: 'open', reason: 'unavailable' },
      { id: 'openai', state: 'closed', failures: 2 },
    ]);
    await later(31);
    expect(await circuits.states()).toMatchObject([{ state: 'half_open', retryAfterSeconds: null }, {}, {}]);
  });
});

describe('pools of keys', () => {
  let app: TestingModule;
  let pools: KeyPools;
  let database: Database;
  beforeAll(async () => {
    app = await startProcess({
      GROQ_API_KEY: 'gsk_first, gsk_second',
      GROQ_API_KEY_2: 'gsk_fourth',
      GROQ_API_KEY_1: 'gsk_third',
      GEMINI_API_KEY: 'AIza-only',
      PROVIDER_DAILY_CAPACITY: 'gemini=9/100',
    });
    pools = app.get(KeyPools);
    database = app.get(Database);
  });
  beforeEach(async () => {
    await database.asSystem((tx) => tx.execute('DELETE FROM circuits'));
    // What this process knows is a second old at most, or until it changes something itself.
    await app.get(Circuits).failed('unrelated', 'x');
  });
  afterAll(() => app.close());

  async function take(vendor: 'groq' | 'gemini', passedOver?: ReadonlySet<string>): Promise<PoolKey> {
    const taken = await pools.take(vendor, passedOver);
    if (!isPoolKey(taken)) throw new Error(`No key: ${taken.reason}`);
    return taken;
  }

  it('spreads calls over the keys, and over those with the least under way first', async () => {
    const keys = [await take('groq'), await take('groq'), await take('groq'), await take('groq')];
    expect(keys.map((key) => key.reveal())).toEqual(['gsk_first', 'gsk_second', 'gsk_third', 'gsk_fourth']);
    const [, second] = keys;
    if (second !== undefined) pools.release(second, 10);
    expect((await take('groq')).reveal()).toBe('gsk_second');
    for (const key of keys) pools.release(key, 10);
  });

  it('leaves keys out that wait or were taken out, and says who is back first', async () => {
    const keys = [await take('groq'), await take('groq'), await take('groq'), await take('groq')] as const;
    for (const key of keys) pools.release(key, 0);
    await pools.cool(keys[0], 7);
    await pools.takeOut(keys[1], 'auth', 'invalid_api_key');
    await pools.takeOut(keys[2], 'quota_exhausted', 'insufficient_quota');
    expect((await take('groq')).reveal()).toBe('gsk_fourth');
    await pools.cool(keys[3], 40);
    expect(await pools.take('groq')).toEqual({ reason: 'rate_limited', retryAfterSeconds: 7 });
    expect((await pools.states()).filter(({ vendor }) => vendor === 'groq')).toMatchObject([
      { lastFour: 'irst', reason: 'rate_limited' },
      { lastFour: 'cond', reason: 'auth' },
      { lastFour: 'hird', reason: 'quota_exhausted' },
      { lastFour: 'urth', reason: 'rate_limited' },
    ]);
  });

  it('tries one that was taken out when all were, and takes it back when it works', async () => {
    const only = await take('gemini');
    pools.release(only, 0);
    await pools.takeOut(only, 'quota_exhausted', 'insufficient_quota');
    const again = await take('gemini');
    expect(again.id).toBe(only.id);
    pools.release(again, 1, 'answered');
    await pools.works(again);
    expect((await pools.states()).find(({ vendor }) => vendor === 'gemini')).toMatchObject({ reason: null });
  });

  it('does not give a key again to a call that was refused with it', async () => {
    const first = await take('groq');
    expect((await take('groq', new Set([first.id]))).id).not.toBe(first.id);
  });

  it('leaves a key that has done its day, also what another process did with it', async () => {
    const key = await take('gemini');
    pools.release(key, 60);
    const other = await startProcess({ GEMINI_API_KEY: 'AIza-only', PROVIDER_DAILY_CAPACITY: 'gemini=9/100' });
    pools.release(await take('gemini'), 39);
    expect(await pools.take('gemini')).toMatchObject({ reason: 'daily_capacity' });
    await app.get(KeyPools).beforeApplicationShutdown();
    expect(await other.get(KeyPools).take('gemini')).toMatchObject({ reason: 'daily_capacity' });
    await other.close();
  });

  it('has no place for more calls than a key stands, and says when there is one', async () => {
    const bounded = await startProcess({ GROQ_API_KEY: 'gsk_only', PROVIDER_CALLS_AT_ONCE: 'groq=2/4' });
    const keys = bounded.get(KeyPools);
    const taken = [await keys.take('groq'), await keys.take('groq')];
    expect(taken.every(isPoolKey)).toBe(true);
    expect([await keys.take('groq'), await keys.take('groq')]).toEqual([
      { reason: BUSY, retryAfterSeconds: 1 },
      { reason: BUSY, retryAfterSeconds: 2 },
    ]);
    for (const key of taken) if (isPoolKey(key)) keys.release(key, 0, 'overloaded');
    expect(isPoolKey(await keys.take('groq'))).toBe(true);
    expect(await keys.take('groq')).toMatchObject({ reason: BUSY });
    await bounded.close();
  });

  it('keeps keys out of what is printed', async () => {
    const key = await take('groq');
    expect(JSON.stringify([key, await pools.states()])).not.toContain('gsk_');
    expect(key.id).toMatch(/^groq\/[0-9a-f]{16}$/);
  });
});
