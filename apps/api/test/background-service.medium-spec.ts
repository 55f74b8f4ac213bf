import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '#audit';
import { ChangeFeed } from '#database';
import { PlatformRoles } from '#identity';
import { makeAudio, makeTranscription } from '#testing/factories';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const NAME = 'transcription.transcribe-chunk';

let api: TestApi;
let admin: SignedInUser;
beforeAll(async () => {
  api = await startTestApi();
  admin = await api.register();
  await new PlatformRoles(api.database, api.app.get(AuditLog), api.app.get(ChangeFeed)).grant(admin.email, 'admin');
});
afterAll(() => api.stop());

async function ask(method: 'GET' | 'POST', path: string, user = admin) {
  const url = path.startsWith('/') ? path : `/api/v1/meetings/transcription/${path}`;
  return api.app.inject({ method, url, headers: user.headers });
}

async function sql<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
  return api.database.asSystem((tx) => tx.query<Row>(text, parameters));
}

async function addJob(set: Record<string, unknown>): Promise<string> {
  const all = { workspace_id: admin.workspaceId, name: NAME, subject_id: uuidv7(), request_id: 'test', ...set };
  const names = Object.keys(all);
  const places = names.map((_, index) => `$${index + 1}`);
  await sql(`INSERT INTO jobs (${names.join(', ')}) VALUES (${places.join(', ')})`, Object.values(all));
  return all.subject_id;
}

interface Status {
  state: string;
  queues: { job: string; waiting: number; slots: number | null; oldestSeconds: number | null }[];
  workers: object[];
  stuck: { job: string; jobs: number; reason: string }[];
}

const status = async (): Promise<Status> => (await ask('GET', 'status')).json<Status>();
const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

describe('the status of the background service', () => {
  it('is for those who run the service alone', async () => {
    const other = await api.register();
    expect((await ask('GET', 'status', other)).json()).toMatchObject({ status: 403, code: 'permission_denied' });
  });

  it('counts and explains what does not go on', async () => {
    await sql('DELETE FROM jobs');
    await addJob({ due_at: inSeconds(-100) });
    await addJob({ due_at: inSeconds(40), failures: 1, error_code: 'provider_unavailable', error_detail: 'openai said 500.' });
    await addJob({ state: 'failed', crashes: 3, error_code: 'quarantined', finished_at: new Date() });
    const before = await status();
    expect(before.state).toBe('no_workers');
    const queue = before.queues.find(({ job }) => job === NAME);
    expect(queue).toMatchObject({ waiting: 1, later: 1, running: 0, slots: null, slotClass: 'speech' });
    expect(queue?.oldestSeconds).toBeGreaterThanOrEqual(100);
    expect(before.stuck).toEqual([
      { job: NAME, jobs: 1, reason: 'Waits for a worker: none that takes it has been seen for 60 s.' },
      {
        job: NAME,
        jobs: 1,
        reason: expect.stringMatching(/^Failed \(provider_unavailable\).*the first in \d+ s: openai said 500\.$/),
      },
      { job: NAME, jobs: 1, reason: expect.stringContaining('set aside after its workers stopped 3 times') },
    ]);
  });

  it('knows the workers', async () => {
    const slots = { 'transcription.prepare': 2, [NAME]: 8 };
    await sql(`INSERT INTO worker_pulses (worker, host, slots) VALUES ('here/1/a', 'here', $1)`, [JSON.stringify(slots)]);
    await addJob({ state: 'running', worker: 'here/1/a', lease_until: inSeconds(15) });
    const { state, workers } = await status();
    expect(state).toBe('running');
    expect(workers).toMatchObject([{ name: 'here/1/a', host: 'here', slots, busy: 1 }]);
  });
});

describe('acting on the background service', () => {
  it('processes all: waits are cut short, and what failed by a fault of ours is tried again', async () => {
    await sql('DELETE FROM jobs');
    const waiting = await addJob({ due_at: inSeconds(40), error_code: 'provider_unavailable' });
    const asked = await addJob({ due_at: inSeconds(40), error_code: 'provider_rate_limited' });
    const { id: audioId } = await makeAudio(api.database, admin.workspaceId);
    const failed = { status: 'failed', audioId } as const;
    const ours = await makeTranscription(api.database, admin.workspaceId, { ...failed, errorCode: 'storage_unavailable' });
    const theirs = await makeTranscription(api.database, admin.workspaceId, { ...failed, errorCode: 'audio_refused' });
    const response = await ask('POST', 'process-all');
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({ triedNow: 1, retried: 1 });
    const due = await sql(`SELECT subject_id FROM jobs WHERE due_at <= now() AND name = $1`, [NAME]);
    expect(due).toEqual([{ subject_id: waiting }]);
    expect(asked).not.toBe(waiting);
    const statuses = await sql(`SELECT status FROM transcriptions WHERE id = ANY ($1) ORDER BY id`, [[ours.id, theirs.id]]);
    expect(statuses).toEqual([{ status: 'pending' }, { status: 'failed' }]);
  });

  it('asks the workers to restart, and starting is harmless; each is recorded', async () => {
    expect((await ask('POST', 'restart-background')).statusCode).toBe(202);
    expect(await sql('SELECT restart_asked FROM worker_pulses')).toEqual([{ restart_asked: true }]);
    expect((await ask('POST', 'start-background')).statusCode).toBe(202);
    const recorded = await sql(`SELECT action, actor_id FROM audit_log WHERE action LIKE 'processing.%' ORDER BY id`);
    expect(recorded).toEqual(
      ['processing.all_processed', 'processing.restarted', 'processing.started'].map((action) => ({
        action,
        actor_id: admin.userId,
      })),
    );
  });
});

describe('GET transcriptions/:id/status', () => {
  interface Progress {
    queuePosition: number | null;
    estimatedSecondsLeft: number | null;
  }
  const ordered = { durationSeconds: 100 };
  const look = async (id: string) => (await ask('GET', `/api/v1/transcriptions/${id}/status`)).json<Progress>();

  it('estimates by measured speed, slots and what goes before, and says nothing where nothing is known', async () => {
    await sql(`UPDATE transcriptions SET status = 'failed' WHERE status IN ('pending', 'processing')`);
    const before = await makeTranscription(api.database, admin.workspaceId, { ...ordered, status: 'processing' });
    const { id } = await makeTranscription(api.database, admin.workspaceId, ordered);
    expect(await look(id)).toMatchObject({ queuePosition: 2, estimatedSecondsLeft: null });
    await sql(
      `INSERT INTO transcription_attempts
         (id, workspace_id, transcription_id, generation, chunk_index, provider, model, outcome, latency_ms, audio_seconds)
       VALUES ($1, $2, $3, 1, 0, 'local', 'pocketsphinx', 'answered', 5000, 20)`,
      [uuidv7(), admin.workspaceId, before.id],
    );
    const { id: later } = await makeTranscription(api.database, admin.workspaceId, ordered);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    // Four seconds of sound a second: what goes before fits into the 8 slots beside it, its own 25 s go into one.
    expect(await look(id)).toMatchObject({ queuePosition: 2, estimatedSecondsLeft: 25 });
    expect(await look(later)).toMatchObject({ queuePosition: 3, estimatedSecondsLeft: 25 });
    await sql(`UPDATE worker_pulses SET slots = $1`, [JSON.stringify({ [NAME]: 1 })]);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(await look(later)).toMatchObject({ queuePosition: 3, estimatedSecondsLeft: 75 });
  });

  it('tells of tries that failed', async () => {
    const { id } = await makeTranscription(api.database, admin.workspaceId, { ...ordered, status: 'processing' });
    const again = inSeconds(40);
    await addJob({
      subject_id: id,
      due_at: again,
      failures: 2,
      error_code: 'provider_unavailable',
      error_detail: 'It said 500.',
    });
    expect(await look(id)).toMatchObject({
      failedTries: {
        count: 2,
        lastError: { code: 'provider_unavailable', detail: 'It said 500.' },
        nextTryAt: again.toISOString(),
      },
    });
  });
});
