import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { ConfigModule } from '#config';
import { Database, DatabaseModule } from '#database';
import { EventsModule } from '#events';
import { Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { QuotaLedger } from './quota-ledger.repository.js';
import { QuotaModule } from './quota.module.js';
import { Quotas } from './quotas.service.js';
import { ReservationHolders } from './reservation-holders.js';
import type { EndedPart, SharedPart } from './shared-reservations.js';
import { ReservationSweep } from './worker/reservation-sweep.js';

jest.setTimeout(60_000);

const BOOKED = { kind: 'request', resource: 'tokens' } as const;
const PART = 10;

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
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, DATABASE_POOL_SIZE: '10' })),
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

/** A workspace that may use so many tokens; its month has begun. */
async function withTokens(tokens: number): Promise<string> {
  const { id } = await makeWorkspace(database, { quotas: { tokens } });
  await standing(id);
  return id;
}

async function standing(workspaceId: string): Promise<[number, number]> {
  const { used, reserved } = await database.inWorkspace(workspaceId, (tx) => quotas.standing(tx, 'tokens'));
  return [used, reserved];
}

/** Sets ten tokens aside for each of some works; null where so much is not left. */
async function reserve(workspaceId: string, works: number, ended: EndedPart[] = [], seconds = 900): Promise<SharedPart[] | null> {
  const id = uuidv7();
  const wanted = { id, amount: works * PART, seconds };
  const isReserved = await quotas.book(database, workspaceId, { ...BOOKED, wanted, ended, besides: [] });
  return isReserved ? Array.from({ length: works }, () => ({ id: uuidv7(), reservation: id, amount: PART })) : null;
}

async function end(workspaceId: string, parts: SharedPart[], used: number): Promise<void> {
  const ended = parts.map((part) => ({ ...part, used }));
  await quotas.book(database, workspaceId, { ...BOOKED, ended, besides: [] });
}

async function endAlone(workspaceId: string, part: SharedPart, used: number): Promise<void> {
  await database.inWorkspace(workspaceId, (tx) => quotas.end(tx, BOOKED, { ...part, used }));
}

async function disagreements(): Promise<object[]> {
  return database.asSystem((tx) => module.get(QuotaLedger).disagreements(tx));
}

describe('a reservation for works of one moment', () => {
  it('holds what is set aside for those that are under way, until the last has ended', async () => {
    const workspaceId = await withTokens(100);
    const [first, second, third] = (await reserve(workspaceId, 3)) as [SharedPart, SharedPart, SharedPart];
    expect(await standing(workspaceId)).toEqual([0, 30]);
    await end(workspaceId, [first], 7);
    expect(await standing(workspaceId)).toEqual([7, 20]);
    await endAlone(workspaceId, second, 0);
    expect(await standing(workspaceId)).toEqual([7, 10]);
    expect(await disagreements()).toEqual([]);
    await endAlone(workspaceId, third, 25);
    expect(await standing(workspaceId)).toEqual([32, 0]);
    expect(await disagreements()).toEqual([]);
  });

  it('is made with what others end in the same moment, and may take what those give back', async () => {
    const workspaceId = await withTokens(40);
    const parts = (await reserve(workspaceId, 4)) ?? [];
    expect(await reserve(workspaceId, 2)).toBeNull();
    const [a, b, c, d] = parts.map((part) => ({ ...part, used: 4 })) as [EndedPart, EndedPart, EndedPart, EndedPart];
    const next = await reserve(workspaceId, 2, [a, b, c, d]);
    expect(await standing(workspaceId)).toEqual([16, 20]);
    expect(
      await reserve(
        workspaceId,
        1,
        next?.map((part) => ({ ...part, used: PART })),
      ),
    ).toBeNull();
    expect(await standing(workspaceId)).toEqual([36, 0]);
    expect(await disagreements()).toEqual([]);
  });

  it('never has more set aside than is left, whoever comes at the same moment', async () => {
    const workspaceId = await withTokens(75);
    const reserved = await Promise.all(Array.from({ length: 20 }, () => reserve(workspaceId, 2)));
    expect(reserved.filter((parts) => parts !== null)).toHaveLength(3);
    expect(await standing(workspaceId)).toEqual([0, 60]);
  });

  it('loses a part once, whoever ends it again, or two ways at the same moment', async () => {
    const workspaceId = await withTokens(1_000);
    for (let turn = 0; turn < 20; turn += 1) {
      const parts = (await reserve(workspaceId, 4)) as [SharedPart, ...SharedPart[]];
      const [used] = await standing(workspaceId);
      await Promise.all([end(workspaceId, parts, 1), endAlone(workspaceId, parts[0], 0), end(workspaceId, parts, 1)]);
      await end(workspaceId, parts, 1);
      expect([used + 3, used + 4]).toContain((await standing(workspaceId))[0]);
      expect((await standing(workspaceId))[1]).toBe(0);
    }
    expect(await disagreements()).toEqual([]);
  });

  it('is given back, as far as it is left, once its time is over; what comes later is counted all the same', async () => {
    const workspaceId = await withTokens(100);
    const [done, late, never] = (await reserve(workspaceId, 3, [], 0)) as [SharedPart, SharedPart, SharedPart];
    await end(workspaceId, [done], 5);
    await Promise.all([sweep.sweep(), end(workspaceId, [late], 6)]);
    await sweep.sweep();
    expect(await standing(workspaceId)).toEqual([11, 0]);
    await end(workspaceId, [never], 8);
    expect(await standing(workspaceId)).toEqual([19, 0]);
    expect(await disagreements()).toEqual([]);
  });

  it('counts in the month it was made in', async () => {
    const workspaceId = await withTokens(100);
    const [before, across] = (await reserve(workspaceId, 2)) as [SharedPart, SharedPart];
    await end(workspaceId, [before], 10);
    await database.asSystem(async (tx) => {
      for (const table of ['quota_ledger', 'quota_periods'])
        await tx.execute(`UPDATE ${table} SET starts_at = starts_at - interval '1 month' WHERE workspace_id = $1`, [workspaceId]);
      await tx.execute(`UPDATE quota_periods SET ends_at = date_trunc('month', now()) WHERE workspace_id = $1`, [workspaceId]);
    });
    // The new one has yet to begin.
    expect(await reserve(workspaceId, 1, [{ ...across, used: 7 }])).toBeNull();
    expect(await standing(workspaceId)).toEqual([0, 0]);
    const [old] = await database.asSystem((tx) =>
      tx.query('SELECT used::int, reserved::int FROM quota_periods WHERE workspace_id = $1 ORDER BY starts_at', [workspaceId]),
    );
    expect(old).toEqual({ used: 17, reserved: 0 });
    expect(await disagreements()).toEqual([]);
  });

  it('that crosses a line has the workspace told', async () => {
    const workspaceId = await withTokens(100);
    const parts = (await reserve(workspaceId, 9)) ?? [];
    await end(workspaceId, parts, PART);
    const warnings = await database.asSystem((tx) =>
      tx.query('SELECT percent::int FROM quota_warnings WHERE workspace_id = $1', [workspaceId]),
    );
    expect(warnings).toEqual([{ percent: 80 }]);
  });
});
