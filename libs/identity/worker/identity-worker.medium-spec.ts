import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule } from '#config';
import { Database, DatabaseModule } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { ClaimedJob, type JobFacts } from '#queues/worker';
import { QueuesModule } from '#queues';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeAudio, makeMembership, makeUser, makeWorkspace } from '#testing/factories';
import { AccountsRepository } from '../accounts.repository.js';
import { AccountPurgeHandler } from './account-purge.handler.js';
import { IdentityWorkerModule } from './identity-worker.module.js';
import { SignInSweep } from './sign-in-sweep.js';

const CLAIM = `
INSERT INTO jobs (workspace_id, name, subject_id, state, epoch, request_id, lease_until)
VALUES ($1, 'account.purge', $2, 'running', 1, 'req_of_the_test', now() + interval '1 minute')
RETURNING id, name, workspace_id AS "workspaceId", subject_id AS "subjectId", generation, part, payload,
  request_id AS "requestId", epoch, failures, crashes, 0 AS "ageSeconds"`;

let server: TestDatabase;
let module: TestingModule;
let database: Database;
const home = mkdtempSync(join(tmpdir(), 'steno-identity-worker-'));

beforeAll(async () => {
  server = await testDatabase();
  module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, STENO_HOME: home })),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      QueuesModule,
      IdentityWorkerModule,
    ],
  }).compile();
  await module.init();
  database = module.get(Database);
});
afterAll(async () => {
  await module.close();
  await server.drop();
  rmSync(home, { recursive: true, force: true });
});

async function count(sql: string, id: string): Promise<number> {
  const [row] = await database.asSystem((tx) => tx.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql} = $1`, [id]));
  return row?.n ?? NaN;
}

async function claim(workspaceId: string, userId: string): Promise<ClaimedJob<'account.purge'>> {
  const [facts] = await database.asSystem((tx) => tx.query<JobFacts<'account.purge'>>(CLAIM, [workspaceId, userId]));
  if (facts === undefined) throw new Error('The job was not written.');
  return new ClaimedJob(facts, AbortSignal.timeout(10_000), database);
}

describe('removing an account for good', () => {
  async function deleted(daysAgo: number | null) {
    const at = daysAgo === null ? null : new Date(Date.now() - daysAgo * 86_400_000);
    const user = await makeUser(database, { deletedAt: at });
    const workspace = await makeWorkspace(database, { kind: 'personal', deletedAt: at });
    await makeMembership(database, workspace.id, user.id, 'owner');
    const team = await makeWorkspace(database);
    await makeMembership(database, team.id, user.id, 'member');
    await makeAudio(database, team.id, { createdBy: user.id });
    return { user, workspace, team };
  }

  const purgesOwed = (workspaceId: string): Promise<number> =>
    count(`jobs WHERE name = 'workspace.purge' AND state = 'waiting' AND due_at <= now() AND subject_id`, workspaceId);

  it('owes the end of the personal workspace, and takes nothing from a team', async () => {
    const { user, workspace, team } = await deleted(31);
    const job = await claim(workspace.id, user.id);
    await module.get(AccountPurgeHandler).run(job);
    expect(job.isCommitted).toBe(true);
    expect(await count('users WHERE id', user.id)).toBe(0);
    expect(await count('memberships WHERE user_id', user.id)).toBe(0);
    expect(await purgesOwed(workspace.id)).toBe(1);
    expect(await purgesOwed(team.id)).toBe(0);
    expect(await count('audio WHERE workspace_id', team.id)).toBe(1);
  });

  it('goes on where a killed worker stopped', async () => {
    const { user, workspace } = await deleted(31);
    await database.asSystem((tx) => tx.execute('DELETE FROM users WHERE id = $1', [user.id]));
    await module.get(AccountPurgeHandler).run(await claim(workspace.id, user.id));
    expect(await purgesOwed(workspace.id)).toBe(1);
  });

  it('is due after thirty times 24 hours, also where clocks were set back in between', async () => {
    const { user } = await deleted(30);
    const dayOfYear = (daysAgo: number): number => {
      const day = new Date(Date.now() - daysAgo * 86_400_000);
      return Math.min(365, Math.ceil((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000));
    };
    const gone = await database.asSystem(async (tx) => {
      await tx.execute(`SET LOCAL TIME ZONE 'WINTER0SUMMER-1,J${dayOfYear(100)},J${dayOfYear(10)}'`);
      return module.get(AccountsRepository, { strict: false }).remove(tx, user.id);
    });
    expect(gone).toBe(true);
  });

  it.each([
    ['came back', null],
    ['came back and went again', 2],
  ])('does nothing to somebody who %s', async (_, daysAgo) => {
    const { user, workspace } = await deleted(daysAgo);
    const job = await claim(workspace.id, user.id);
    await module.get(AccountPurgeHandler).run(job);
    expect(job.isCommitted).toBe(true);
    expect(await count('users WHERE id', user.id)).toBe(1);
    expect(await purgesOwed(workspace.id)).toBe(0);
  });
});

describe('the daily sweep', () => {
  it('removes sessions and tokens that ended more than thirty days ago, and no others', async () => {
    const { id: userId } = await makeUser(database);
    const session = `INSERT INTO sessions (id, user_id, token_hash, seed, device, expires_at, ended_at)
      VALUES (gen_random_uuid(), $1, gen_random_uuid()::text, '', $2, now() + make_interval(days => $3), now() + make_interval(days => $4))`;
    const token = `INSERT INTO one_time_tokens (id, user_id, purpose, token_hash, email, expires_at)
      VALUES (gen_random_uuid(), $1, 'verify_email', gen_random_uuid()::text, $2, now() + make_interval(days => $3))`;
    await database.asSystem(async (tx) => {
      await tx.execute(session, [userId, 'open', 10, null]);
      await tx.execute(session, [userId, 'ended lately', 10, -29]);
      await tx.execute(session, [userId, 'ended long ago', 10, -31]);
      await tx.execute(session, [userId, 'ran out lately', -29, null]);
      await tx.execute(session, [userId, 'ran out long ago', -31, null]);
      await tx.execute(token, [userId, 'late@example.com', -29]);
      await tx.execute(token, [userId, 'old@example.com', -31]);
    });
    await module.get(SignInSweep).sweep();
    const left = await database.asSystem(async (tx) => ({
      sessions: await tx.query<{ device: string }>('SELECT device FROM sessions WHERE user_id = $1 ORDER BY device', [userId]),
      tokens: await tx.query<{ email: string }>('SELECT email FROM one_time_tokens WHERE user_id = $1', [userId]),
    }));
    expect(left.sessions.map(({ device }) => device)).toEqual(['ended lately', 'open', 'ran out lately']);
    expect(left.tokens).toEqual([{ email: 'late@example.com' }]);
  });
});
