import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Transcription } from '#database';
import { Quotas } from '#quota';
import { Reconciliation } from '#reconciliation';
import { makeMembership, makeUser, makeWorkspace } from '#testing/factories';
import { longRecording, startTestWorker, type TestWorker } from './test-worker.js';

// Starting a whole worker and cutting a quarter of an hour of sound takes long on a machine that does other things besides.
jest.setTimeout(90_000);

const SECONDS = 700;

let worker: TestWorker;
let audioId: string;
beforeAll(async () => {
  worker = await startTestWorker({
    SPEECH_CONCURRENCY: '2',
    SPEECH_REDO_PERCENT: '0',
    QUOTA_PLANS: 'free.processing=1000,free.transcription=1000',
  });
  audioId = await worker.upload(longRecording(SECONDS));
});
afterAll(() => worker.stop());
beforeEach(() => worker.provider.reset());

const isOver = ({ status }: Transcription): boolean => ['completed', 'failed', 'cancelled'].includes(status);

/** What is used and set aside, in seconds. */
async function standing(resource: 'processing' | 'transcription'): Promise<{ used: number; reserved: number }> {
  const [row] = await worker.query<{ used: number; reserved: number }>(
    `SELECT used::float8 / 1000 AS used, reserved::float8 / 1000 AS reserved FROM quota_periods WHERE workspace_id = $1 AND resource = $2`,
    [worker.workspaceId, resource],
  );
  return row ?? { used: 0, reserved: 0 };
}

/** What a piece of work adds to what is used, in seconds; nothing may be left set aside. */
async function costOf(work: () => Promise<unknown>): Promise<{ processing: number; transcription: number }> {
  const before = [await standing('processing'), await standing('transcription')] as const;
  await work();
  const after = [await standing('processing'), await standing('transcription')] as const;
  expect(after.map(({ reserved }) => reserved)).toEqual([0, 0]);
  return { processing: after[0].used - before[0].used, transcription: after[1].used - before[1].used };
}

/** Seconds of sound in the calls that were answered, by what the usage and the attempts say. */
async function answeredSeconds(id: string): Promise<{ usage: number; attempts: number }> {
  const [row] = await worker.query<{ usage: number; attempts: number }>(
    `SELECT (SELECT coalesce(sum(milliseconds), 0)::float8 / 1000 FROM usage_records WHERE subject_id = $1) AS usage,
       (SELECT coalesce(sum(audio_seconds), 0) FROM transcription_attempts WHERE transcription_id = $1 AND outcome = 'answered') AS attempts`,
    [id],
  );
  return row ?? { usage: -1, attempts: -1 };
}

describe('a transcription', () => {
  it('costs the sound that was decoded, whatever its file claimed, and nothing when the result is there already', async () => {
    await worker.query('UPDATE audio SET claimed_seconds = 3000 WHERE id = $1 RETURNING id', [audioId]);
    let id = '';
    const cost = await costOf(async () => {
      ({ id } = await worker.order(audioId, { reuse: true }));
      expect(await standing('transcription')).toMatchObject({ reserved: 3_000 });
      expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed' });
    });
    expect(cost).toEqual({ processing: SECONDS, transcription: SECONDS });
    const { usage, attempts } = await answeredSeconds(id);
    expect(usage).toBeCloseTo(attempts, 3);
    // Sounds that are no words leave doubts, and a result with doubts is not passed on.
    await worker.query('UPDATE transcriptions SET quality = NULL WHERE id = $1 RETURNING id', [id]);
    const again = await costOf(async () => {
      const { id: second } = await worker.order(audioId, { reuse: true });
      expect(await worker.until(second, isOver)).toMatchObject({ reusedFrom: id });
    });
    expect(again).toEqual({ processing: 0, transcription: 0 });
    await worker.query('UPDATE audio SET claimed_seconds = $2 WHERE id = $1 RETURNING id', [audioId, SECONDS]);
  });

  it('with a part that fails, and its retry, together cost the sound once', async () => {
    worker.provider.script({ mode: 'ok' }, { mode: 'bad_audio' });
    let id = '';
    const first = await costOf(async () => {
      ({ id } = await worker.order(audioId));
      await worker.until(id, isOver);
    });
    expect(first.transcription).toBeLessThan(SECONDS);
    const second = await costOf(async () => {
      await worker.control.retry(worker.workspaceId, id);
      await worker.until(id, ({ status, generation }) => generation === 2 && status === 'completed');
    });
    expect(second.processing).toBe(0);
    expect(first.transcription + second.transcription).toBeCloseTo(SECONDS, 1);
  });

  it('that fails, or is cancelled, costs the parts that were answered', async () => {
    worker.provider.always({ mode: 'bad_audio' });
    const failed = await costOf(async () => {
      const { id } = await worker.order(audioId);
      expect(await worker.until(id, isOver)).toMatchObject({ status: 'failed' });
    });
    expect(failed).toEqual({ processing: SECONDS, transcription: 0 });
    worker.provider.reset();
    worker.provider.script({ mode: 'ok' }, { mode: 'hang' }, { mode: 'hang' }, { mode: 'hang' });
    const cancelled = await costOf(async () => {
      const { id } = await worker.order(audioId);
      await worker.until(id, ({ chunksDone }) => chunksDone === 1);
      await worker.control.cancel(worker.workspaceId, id);
    });
    expect(cancelled.processing).toBe(SECONDS);
    expect(cancelled.transcription).toBeGreaterThan(0);
    expect(cancelled.transcription).toBeLessThan(SECONDS);
  });

  it('whose file claims too little is refused before any provider is asked, when so much is not left', async () => {
    await worker.query('UPDATE audio SET claimed_seconds = 1 WHERE id = $1 RETURNING id', [audioId]);
    const { used } = await standing('transcription');
    const limit = JSON.stringify({ transcription: Math.round((used + SECONDS - 1) * 1_000), processing: null });
    await worker.query('UPDATE workspaces SET quotas = $2 WHERE id = $1 RETURNING id', [worker.workspaceId, limit]);
    const cost = await costOf(async () => {
      const { id } = await worker.order(audioId);
      expect(await worker.until(id, isOver)).toMatchObject({ status: 'failed', errorCode: 'quota_exceeded' });
    });
    expect(cost).toEqual({ processing: 0, transcription: 0 });
    expect(worker.provider.calls).toEqual([]);
    await worker.query('UPDATE audio SET claimed_seconds = $2 WHERE id = $1 RETURNING id', [audioId, SECONDS]);
    await expect(worker.order(audioId)).rejects.toMatchObject({ code: 'quota_exceeded', kind: 'rate_limited' });
    await worker.query(`UPDATE workspaces SET quotas = '{}' WHERE id = $1 RETURNING id`, [worker.workspaceId]);
  });
});

describe('Q9: cancelling', () => {
  it('at whatever moment leaves a ledger that is exact', async () => {
    const short = await worker.upload(longRecording(20));
    for (let turn = 0; turn < 12; turn += 1) {
      const { id } = await worker.order(short);
      await sleep(turn * 40);
      await worker.control.cancel(worker.workspaceId, id).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'transcription_finished' });
      });
      const { status } = await worker.until(id, isOver);
      const [settled] = await worker.query<{ seconds: number; closed: number }>(
        `SELECT coalesce(sum(amount) FILTER (WHERE kind = 'settle'), 0)::float8 / 1000 AS seconds,
           count(*) FILTER (WHERE kind IN ('settle', 'release'))::int AS closed
         FROM quota_ledger WHERE subject_id = $1 AND resource = 'transcription'`,
        [id],
      );
      expect(settled?.closed).toBe(1);
      if (status === 'completed') expect(settled?.seconds).toBe(20);
    }
    expect(await standing('transcription')).toMatchObject({ reserved: 0 });
  });
});

describe('a quota that is nearly used', () => {
  it('is told to owners and admins by letter, once', async () => {
    const { id: workspaceId } = await makeWorkspace(worker.database, { name: 'Engines', quotas: { tokens: 100 } });
    const people = await Promise.all(
      (['owner', 'admin', 'member'] as const).map(async (role) => {
        const user = await makeUser(worker.database);
        await makeMembership(worker.database, workspaceId, user.id, role);
        return user.email;
      }),
    );
    const quotas = worker.app.get(Quotas, { strict: false });
    for (const tokens of [85, 5]) {
      const subject = { workspaceId, kind: 'request' as const, id: uuidv7() };
      await worker.database.inWorkspace(workspaceId, async (tx) => {
        await quotas.reserve(tx, subject, { tokens });
        await quotas.settle(tx, subject, { tokens });
      });
    }
    const letters = () =>
      worker.query<{ recipient: string; subject: string }>('SELECT recipient, subject FROM mails WHERE workspace_id = $1', [
        workspaceId,
      ]);
    while ((await letters()).length < 2) await sleep(50);
    const told = await letters();
    expect(told.map(({ recipient }) => recipient).toSorted()).toEqual(people.slice(0, 2).toSorted());
    expect(told[0]?.subject).toBe('Engines: 80 % of the quota of AI tokens are used');
  });
});

describe('reconciliation', () => {
  it('finds that all that was done stands in the ledgers as it was, and what does not', async () => {
    const reconciliation = worker.app.get(Reconciliation, { strict: false });
    expect(await reconciliation.findings(null)).toEqual([]);
    await worker.query('UPDATE audio SET bytes = bytes + 1 WHERE id = $1 RETURNING id', [audioId]);
    await worker.query(
      `UPDATE quota_periods SET used = used + 1 WHERE workspace_id = $1 AND resource = 'transcription' RETURNING used`,
      [worker.workspaceId],
    );
    const [lost] = await worker.query<{ id: string }>(
      'DELETE FROM usage_records WHERE id = (SELECT min(id::text)::uuid FROM usage_records) RETURNING id',
      [],
    );
    const [changed] = await worker.query<{ id: string }>(
      'UPDATE usage_records SET milliseconds = 1 WHERE id = (SELECT min(id::text)::uuid FROM usage_records) RETURNING id',
      [],
    );
    expect(await reconciliation.findings(null)).toMatchObject([
      { kind: 'call_without_usage', subject: lost?.id, found: 'nothing' },
      { kind: 'usage_differs', subject: changed?.id },
      { kind: 'quota_differs', workspaceId: worker.workspaceId, subject: expect.stringMatching(/^transcription from /) },
      { kind: 'storage_differs', workspaceId: worker.workspaceId },
    ]);
    expect(await reconciliation.findings(new Date(Date.now() + 60_000))).toHaveLength(2);
  });
});
