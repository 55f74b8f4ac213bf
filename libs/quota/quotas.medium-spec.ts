import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { ConfigModule } from '#config';
import { Database, DatabaseModule, type QuotaResource, type Workspace } from '#database';
import { Events, EventsModule } from '#events';
import { Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { QuotaLedger, type QuotaSubject } from './quota-ledger.repository.js';
import { QuotaModule } from './quota.module.js';
import { type Amounts, Quotas } from './quotas.service.js';
import { ReservationHolders } from './reservation-holders.js';
import { ReservationSweep } from './worker/reservation-sweep.js';

jest.setTimeout(60_000);

const TIMES = 50;
const UNLIMITED_PLAN = 'custom';

let server: TestDatabase;
let module: TestingModule;
let database: Database;
let quotas: Quotas;
let sweep: ReservationSweep;

beforeAll(async () => {
  server = await testDatabase();
  const log = new Log({ app: 'test', level: 'silent' });
  module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, DATABASE_POOL_SIZE: '10', QUOTA_PLANS: 'free.calls=1000' })),
      ObservabilityModule.with(log),
      DatabaseModule.as('steno-test'),
      EventsModule,
      QueuesModule,
      QuotaModule,
    ],
  }).compile();
  await module.init();
  database = module.get(Database);
  quotas = module.get(Quotas);
  sweep = new ReservationSweep(database, log, module.get(QuotaLedger), quotas, module.get(ReservationHolders));
});
afterAll(async () => {
  await module.close();
  await server.drop();
});

/** A workspace that may use so many tokens, and has used or set aside none. */
async function withTokens(tokens: number, given: Partial<Workspace> = {}): Promise<string> {
  return (await makeWorkspace(database, { quotas: { tokens }, ...given })).id;
}

function subjectOf(workspaceId: string): QuotaSubject {
  return { workspaceId, kind: 'request', id: uuidv7() };
}

async function reserve(subject: QuotaSubject, amounts: Amounts, seconds?: number): Promise<void> {
  await database.inWorkspace(subject.workspaceId, (tx) => quotas.reserve(tx, subject, amounts, seconds));
}

async function settle(subject: QuotaSubject, tokens: number): Promise<void> {
  await database.inWorkspace(subject.workspaceId, (tx) => quotas.settle(tx, subject, { tokens }));
}

async function release(subject: QuotaSubject): Promise<void> {
  await database.inWorkspace(subject.workspaceId, (tx) => quotas.release(tx, subject, 'tokens'));
}

/** How many of these did not fail; each failure must be that the quota is used up. */
async function succeeded(tries: Promise<void>[]): Promise<number> {
  const results = await Promise.allSettled(tries);
  const failures = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failures) expect(reason).toMatchObject({ code: 'quota_exceeded' });
  return results.length - failures.length;
}

async function standing(workspaceId: string, resource: QuotaResource = 'tokens'): Promise<[number, number]> {
  const { used, reserved } = await database.inWorkspace(workspaceId, (tx) => quotas.standing(tx, resource));
  return [used, reserved];
}

async function entries(subject: QuotaSubject): Promise<string[]> {
  const rows = await database.asSystem((tx) =>
    tx.query<{ entry: string }>(
      `SELECT kind || ' ' || amount AS entry FROM quota_ledger WHERE subject_id = $1 ORDER BY created_at, kind`,
      [subject.id],
    ),
  );
  return rows.map(({ entry }) => entry);
}

async function execute(sql: string, parameters: unknown[]): Promise<void> {
  await database.asSystem((tx) => tx.execute(sql, parameters));
}

async function disagreements(): Promise<object[]> {
  return database.asSystem((tx) => module.get(QuotaLedger).disagreements(tx));
}

async function times(work: () => Promise<void>, count = TIMES): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await work();
}

describe('reserving', () => {
  it('Q1: of 100 at once for one that is left exactly one is granted', async () => {
    await times(async () => {
      const workspaceId = await withTokens(1);
      expect(await succeeded(Array.from({ length: 100 }, () => reserve(subjectOf(workspaceId), { tokens: 1 })))).toBe(1);
      expect(await standing(workspaceId)).toEqual([0, 1]);
    }, 5);
    await times(async () => {
      const workspaceId = await withTokens(1);
      expect(await succeeded(Array.from({ length: 8 }, () => reserve(subjectOf(workspaceId), { tokens: 1 })))).toBe(1);
    });
  });

  it('Q2: of 20 at once that take 75 of 500 exactly six are granted', async () => {
    await times(async () => {
      const workspaceId = await withTokens(500);
      expect(await succeeded(Array.from({ length: 20 }, () => reserve(subjectOf(workspaceId), { tokens: 75 })))).toBe(6);
      expect(await standing(workspaceId)).toEqual([0, 450]);
    });
  });

  it('is all or nothing, and says of the refused resource where it stands and what to do', async () => {
    const { id } = await makeWorkspace(database, { quotas: { processing: 90_000, transcription: 60_000 } });
    const first = subjectOf(id);
    await reserve(first, { processing: 30_000, transcription: 30_000 });
    const refused = subjectOf(id);
    await expect(reserve(refused, { processing: 45_000, transcription: 45_000 })).rejects.toMatchObject({
      code: 'quota_exceeded',
      kind: 'rate_limited',
      message: expect.stringMatching(
        /^This takes 45 seconds of transcription; of the workspace's 1 minutes 0 seconds are used and 30 seconds/,
      ),
      members: { resource: 'transcription', unit: 'seconds', limit: 60, used: 0, reserved: 30, requested: 45 },
    });
    expect(await standing(id, 'processing')).toEqual([0, 30_000]);
    expect(await entries(refused)).toEqual([]);
  });

  it('that is refused leaves a transaction fit to go on', async () => {
    const workspaceId = await withTokens(10);
    const [small, large] = [subjectOf(workspaceId), subjectOf(workspaceId)];
    await database.inWorkspace(workspaceId, async (tx) => {
      await expect(quotas.reserve(tx, large, { tokens: 11 })).rejects.toMatchObject({ code: 'quota_exceeded' });
      await quotas.reserve(tx, small, { tokens: 10 });
    });
    expect(await standing(workspaceId)).toEqual([0, 10]);
  });

  it('goes with its transaction', async () => {
    const workspaceId = await withTokens(10);
    const work = database.inWorkspace(workspaceId, async (tx) => {
      await quotas.reserve(tx, subjectOf(workspaceId), { tokens: 10 });
      throw new Error('the work could not be ordered');
    });
    await expect(work).rejects.toThrow('the work could not');
    expect(await standing(workspaceId)).toEqual([0, 0]);
  });

  it('knows no end where there is no quota', async () => {
    const { id } = await makeWorkspace(database, { plan: UNLIMITED_PLAN });
    await reserve(subjectOf(id), { tokens: 1e15 });
    expect(await standing(id)).toEqual([0, 1e15]);
  });
});

describe('settling', () => {
  it('Q4: twice, or after a release, at the same moment or later, counts once', async () => {
    await times(async () => {
      const workspaceId = await withTokens(100);
      const [twice, both] = [subjectOf(workspaceId), subjectOf(workspaceId)];
      await reserve(twice, { tokens: 10 });
      await reserve(both, { tokens: 20 });
      await Promise.all([settle(twice, 7), settle(twice, 7), settle(both, 20), release(both)]);
      await settle(twice, 7);
      await release(twice);
      expect(await entries(twice)).toEqual(['reserve 10', 'settle 7']);
      expect(await entries(both)).toHaveLength(2);
      const [used, reserved] = await standing(workspaceId);
      expect([7, 27]).toContain(used);
      expect(reserved).toBe(0);
    });
    expect(await disagreements()).toEqual([]);
  });

  it('Q5: counts what was used, also beyond what was set aside and left; the rest is never less than nothing', async () => {
    await times(async () => {
      const workspaceId = await withTokens(100);
      const subject = subjectOf(workspaceId);
      await reserve(subject, { tokens: 60 });
      await settle(subject, 130);
      expect(await standing(workspaceId)).toEqual([130, 0]);
      await expect(reserve(subjectOf(workspaceId), { tokens: 1 })).rejects.toMatchObject({ members: { used: 130, limit: 100 } });
    });
  });

  it('Q6: counts in the month of the reservation, whatever month it is by then', async () => {
    await times(async () => {
      const workspaceId = await withTokens(100);
      const [before, across] = [subjectOf(workspaceId), subjectOf(workspaceId)];
      await reserve(before, { tokens: 30 });
      await settle(before, 30);
      await reserve(across, { tokens: 50 });
      // A month goes by.
      for (const table of ['quota_ledger', 'quota_periods'])
        await execute(`UPDATE ${table} SET starts_at = starts_at - interval '1 month' WHERE workspace_id = $1`, [workspaceId]);
      await execute(`UPDATE quota_periods SET ends_at = date_trunc('month', now()) WHERE workspace_id = $1`, [workspaceId]);
      await reserve(subjectOf(workspaceId), { tokens: 100 });
      await settle(across, 40);
      expect(await standing(workspaceId)).toEqual([0, 100]);
      const periods = await database.asSystem((tx) =>
        tx.query('SELECT used::int, reserved::int FROM quota_periods WHERE workspace_id = $1 AND ends_at <= now()', [
          workspaceId,
        ]),
      );
      expect(periods).toEqual([{ used: 70, reserved: 0 }]);
    });
    expect(await disagreements()).toEqual([]);
  });

  it('Q7: a smaller plan refuses what is new and leaves alone what is under way', async () => {
    await times(async () => {
      const workspaceId = await withTokens(100);
      const subject = subjectOf(workspaceId);
      await reserve(subject, { tokens: 80 });
      await execute(`UPDATE workspaces SET quotas = '{"tokens": 50}' WHERE id = $1`, [workspaceId]);
      await expect(reserve(subjectOf(workspaceId), { tokens: 1 })).rejects.toMatchObject({
        members: { limit: 50, reserved: 80 },
      });
      await settle(subject, 40);
      expect(await standing(workspaceId)).toEqual([40, 0]);
      await reserve(subjectOf(workspaceId), { tokens: 10 });
    });
  });

  it('Q9: what ends twice at the same moment, settled by one and released by the other, ends one way', async () => {
    await times(async () => {
      const workspaceId = await withTokens(100);
      const subjects = Array.from({ length: 5 }, () => subjectOf(workspaceId));
      for (const subject of subjects) await reserve(subject, { tokens: 10 });
      await Promise.all(subjects.flatMap((subject) => [settle(subject, 10), release(subject)]));
      const closed = await Promise.all(subjects.map(entries));
      const settled = closed.filter((kinds) => kinds.includes('settle 10')).length;
      expect(closed.every((kinds) => kinds.length === 2)).toBe(true);
      expect(await standing(workspaceId)).toEqual([settled * 10, 0]);
    });
    expect(await disagreements()).toEqual([]);
  });
});

describe('adjusting', () => {
  it('makes a reservation as large as the work is, once, and is refused when so much is not left', async () => {
    const workspaceId = await withTokens(100);
    const [grown, shrunk] = [subjectOf(workspaceId), subjectOf(workspaceId)];
    const adjust = (subject: QuotaSubject, tokens: number): Promise<void> =>
      database.inWorkspace(workspaceId, (tx) => quotas.adjust(tx, subject, { tokens }));
    await reserve(grown, { tokens: 10 });
    await reserve(shrunk, { tokens: 50 });
    await expect(adjust(grown, 51)).rejects.toMatchObject({ members: { requested: 41, reserved: 60 } });
    await adjust(shrunk, 20);
    await adjust(grown, 51);
    await adjust(grown, 99);
    expect(await standing(workspaceId)).toEqual([0, 71]);
    await settle(grown, 51);
    await release(shrunk);
    await adjust(shrunk, 70);
    expect(await standing(workspaceId)).toEqual([51, 0]);
  });
});

describe('Q3: a reservation whose worker is gone', () => {
  it('is given back once its time is over, unless its work goes on', async () => {
    const workspaceId = await withTokens(100);
    const [dead, alive, young] = [
      subjectOf(workspaceId),
      { ...subjectOf(workspaceId), kind: 'transcription' as const },
      subjectOf(workspaceId),
    ];
    module
      .get(ReservationHolders)
      .register('transcription', (_, work) => Promise.resolve(work.filter(({ id }) => id === alive.id)));
    await reserve(dead, { tokens: 10 }, 0);
    await reserve(alive, { tokens: 20 }, 0);
    await reserve(young, { tokens: 30 });
    await sweep.sweep();
    expect(await standing(workspaceId)).toEqual([0, 50]);
    expect(await entries(dead)).toEqual(['reserve 10', 'release 10']);
    expect(await entries(alive)).toEqual(['reserve 20']);
    await settle(dead, 10);
    await settle(alive, 20);
    expect(await standing(workspaceId)).toEqual([20, 30]);
  });
});

describe('a month', () => {
  it('is one of the workspace’s time zone, and no other zone makes a second one of it', async () => {
    const { id } = await makeWorkspace(database, { timezone: 'Pacific/Auckland', quotas: { tokens: 10 } });
    await reserve(subjectOf(id), { tokens: 10 });
    const [period] = await database.asSystem((tx) =>
      tx.query<{ starts: string; days: number }>(
        `SELECT to_char(starts_at AT TIME ZONE 'Pacific/Auckland', 'DD HH24:MI') AS starts, date_part('day', ends_at - starts_at) AS days
         FROM quota_periods WHERE workspace_id = $1`,
        [id],
      ),
    );
    expect(period?.starts).toBe('01 00:00');
    expect(period?.days).toBeGreaterThan(26);
    for (const timezone of ['Pacific/Midway', 'UTC', 'Pacific/Kiritimati']) {
      await execute('UPDATE workspaces SET timezone = $2 WHERE id = $1', [id, timezone]);
      await expect(reserve(subjectOf(id), { tokens: 1 })).rejects.toMatchObject({ code: 'quota_exceeded' });
    }
  });
});

describe('what is stored', () => {
  it('is a level: it goes up and down, and has no month', async () => {
    const { id } = await makeWorkspace(database, { quotas: { storage: 100 } });
    const store = (bytes: number): Promise<void> => database.inWorkspace(id, (tx) => quotas.store(tx, bytes));
    await store(60);
    await expect(store(41)).rejects.toMatchObject({ code: 'quota_exceeded', members: { resource: 'storage', resetAt: null } });
    await database.inWorkspace(id, (tx) => quotas.unstore(tx, 30));
    expect(await succeeded(Array.from({ length: 20 }, () => store(10)))).toBe(7);
    expect(await standing(id, 'storage')).toEqual([100, 0]);
  });
});

describe('a warning', () => {
  const warnings = (workspaceId: string): Promise<{ percent: number }[]> =>
    database.asSystem((tx) =>
      tx.query(
        `SELECT (payload->>'percent')::int AS percent FROM jobs WHERE workspace_id = $1 AND name = 'quota.warn' ORDER BY id`,
        [workspaceId],
      ),
    );

  /** Has what happens in a workspace kept for an endpoint. */
  const listen = (workspaceId: string): Promise<number> =>
    database.asSystem((tx) =>
      tx.execute(
        `INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events, status)
         VALUES (gen_random_uuid(), $1, 'standard', 'All', '', '{}', 'disabled')`,
        [workspaceId],
      ),
    );
  const toldOutside = (workspaceId: string): Promise<object[]> =>
    database.asSystem((tx) =>
      tx.query('SELECT type, facts FROM webhook_events WHERE workspace_id = $1 ORDER BY id', [workspaceId]),
    );

  it('is owed once for each line and month, by the transaction that crosses it', async () => {
    const workspaceId = await withTokens(100);
    await listen(workspaceId);
    const use = async (tokens: number): Promise<void> => {
      const subject = subjectOf(workspaceId);
      await reserve(subject, { tokens });
      await settle(subject, tokens);
    };
    await use(79);
    expect(await warnings(workspaceId)).toEqual([]);
    await Promise.all([use(1), use(1), use(1)]);
    expect(await warnings(workspaceId)).toEqual([{ percent: 80 }]);
    await use(18);
    expect(await warnings(workspaceId)).toEqual([{ percent: 80 }, { percent: 100 }]);
    expect(await toldOutside(workspaceId)).toEqual([
      { type: 'quota.warning', facts: { resource: 'tokens', percent: 80 } },
      { type: 'quota.exceeded', facts: { resource: 'tokens', percent: 100 } },
    ]);
  });

  it('is rung for those who listen, when it is committed', async () => {
    const [workspaceId, subject] = [await withTokens(100), { kind: 'request' as const, id: uuidv7() }];
    const publish = jest.spyOn(module.get(Events), 'publish');
    await reserve({ workspaceId, ...subject }, { tokens: 90 });
    expect(publish).not.toHaveBeenCalled();
    await settle({ workspaceId, ...subject }, 90);
    expect(publish.mock.calls.map(([, topic]) => topic)).toEqual([`quota:${workspaceId}`]);
    publish.mockRestore();
  });

  it('of two lines crossed at once tells the higher', async () => {
    const workspaceId = await withTokens(100);
    const subject = subjectOf(workspaceId);
    await reserve(subject, { tokens: 100 });
    await settle(subject, 100);
    expect(await warnings(workspaceId)).toEqual([{ percent: 100 }]);
  });
});
