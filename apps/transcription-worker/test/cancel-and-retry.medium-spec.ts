import { globSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Transcription } from '#database';
import { longRecording, startTestWorker, type TestWorker } from './test-worker.js';

const SECONDS = 1_000;
// Starting a whole worker and cutting a quarter of an hour of sound takes long on a machine that does other things besides.
jest.setTimeout(90_000);

let worker: TestWorker;
let audioId: string;
let chunkCount: number;
beforeAll(async () => {
  worker = await startTestWorker({ SPEECH_CONCURRENCY: '1', SPEECH_REDO_PERCENT: '0' });
  audioId = await worker.upload(longRecording(SECONDS));
});
afterAll(() => worker.stop());
beforeEach(() => worker.provider.reset());

const isOver = ({ status }: Transcription): boolean => ['completed', 'failed', 'cancelled'].includes(status);

function missing({ warnings }: Transcription): string[] {
  return warnings.filter((warning) => warning.startsWith('missing_part: '));
}

async function attemptsOf(id: string): Promise<{ outcome: string; kind: string | null; paid: boolean }[]> {
  return worker.query(
    `SELECT outcome, error_kind AS kind, cost_micro_dollars IS NOT NULL AS paid FROM transcription_attempts
     WHERE transcription_id = $1 ORDER BY created_at, id`,
    [id],
  );
}

async function discardsOf(id: string): Promise<{ state: string; days: number }[]> {
  return worker.query(
    `SELECT state, round(extract(epoch FROM due_at - now()) / 86400)::int AS days FROM jobs
     WHERE subject_id = $1 AND name = 'storage.discard' ORDER BY id`,
    [id],
  );
}

/** Ids of the programs named ffmpeg that a process has started, or they have; a sandbox stands between. */
function ffmpegs(pid: string | number = process.pid): string[] {
  const lists = globSync(`/proc/${pid}/task/*/children`).map(readIfThere);
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean));
  return children.flatMap((child) => [...(readIfThere(`/proc/${child}/comm`) === 'ffmpeg\n' ? [child] : []), ...ffmpegs(child)]);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the program has just ended
  }
}

describe('a chunk that its provider refuses', () => {
  it('costs that chunk and no more, and a retry pays for it alone', async () => {
    worker.provider.script({ mode: 'ok' }, { mode: 'bad_audio' });
    const { id } = await worker.order(audioId);
    const partial = await worker.until(id, isOver);
    chunkCount = partial.chunkCount ?? 0;
    expect(chunkCount).toBeGreaterThan(2);
    expect(partial).toMatchObject({ status: 'completed', errorCode: null, chunksDone: chunkCount });
    expect(missing(partial)).toEqual([expect.stringMatching(/^missing_part: The part from \d+ s to \d+ s is missing\. /)]);
    expect(await discardsOf(id)).toEqual([{ state: 'waiting', days: 7 }]);
    expect(worker.provider.calls).toHaveLength(chunkCount);

    await worker.control.retry(worker.workspaceId, id);
    const whole = await worker.until(id, ({ status, generation }) => generation === 2 && status === 'completed');
    expect(missing(whole)).toEqual([]);
    expect(worker.provider.calls).toHaveLength(chunkCount + 1);
    expect(whole.text?.length).toBeGreaterThan(partial.text?.length ?? 0);
    const paid = (await attemptsOf(id)).filter(({ outcome }) => outcome === 'answered');
    expect(paid).toHaveLength(chunkCount);
    await expect(worker.control.retry(worker.workspaceId, id)).rejects.toMatchObject({ code: 'transcription_not_retryable' });
  });

  it('fails the transcription when it is so with every chunk', async () => {
    worker.provider.always({ mode: 'bad_audio' });
    const { id } = await worker.order(audioId);
    expect(await worker.until(id, isOver)).toMatchObject({
      status: 'failed',
      errorCode: 'audio_refused',
      chunksDone: chunkCount,
    });
    expect(worker.provider.calls).toHaveLength(chunkCount);
  });
});

describe('a provider that refuses the key', () => {
  it('fails the transcription at once, and a retry takes up what is left', async () => {
    worker.provider.script({ mode: 'ok' }, { mode: 'unauthorized' });
    const { id } = await worker.order(audioId);
    expect(await worker.until(id, isOver)).toMatchObject({ status: 'failed', errorCode: 'provider_auth_failed' });
    expect(worker.provider.calls).toHaveLength(2);
    const again = await worker.control.retry(worker.workspaceId, id);
    expect(again).toMatchObject({ status: 'processing', stage: 'transcribe', generation: 2, errorCode: null, chunksDone: 1 });
    expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed', generation: 2 });
    expect(worker.provider.calls).toHaveLength(chunkCount + 1);
  });

  it('costs a retry the cutting, too, when the chunks are gone', async () => {
    worker.provider.script({ mode: 'unauthorized' });
    const { id } = await worker.order(audioId);
    await worker.until(id, isOver);
    await worker.query(`UPDATE jobs SET due_at = now() WHERE subject_id = $1 AND name = 'storage.discard' RETURNING id`, [id]);
    while ((await discardsOf(id)).some(({ state }) => state !== 'done')) await sleep(50);
    expect(await worker.control.retry(worker.workspaceId, id)).toMatchObject({ status: 'pending', stage: 'prepare' });
    expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed', generation: 2, chunksDone: chunkCount });
  });
});

describe('cancelling', () => {
  it('aborts the call to the provider before any heartbeat and keeps what is done', async () => {
    worker.provider.script({ mode: 'ok' }, { mode: 'hang' });
    const { id } = await worker.order(audioId);
    while (worker.provider.calls.length < 2) await sleep(20);
    const cancelled = performance.now();
    expect(await worker.control.cancel(worker.workspaceId, id)).toMatchObject({ status: 'cancelled' });
    while (worker.provider.calls[1]?.abandoned !== true) await sleep(10);
    expect(performance.now() - cancelled).toBeLessThan(3_000);
    while ((await attemptsOf(id)).length < 2) await sleep(20);
    expect(await attemptsOf(id)).toEqual([
      { outcome: 'answered', kind: null, paid: true },
      { outcome: 'failed', kind: 'cancelled', paid: false },
    ]);
    expect(await discardsOf(id)).toEqual([{ state: 'waiting', days: 7 }]);

    await worker.control.retry(worker.workspaceId, id);
    expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed', generation: 2 });
    expect(worker.provider.calls).toHaveLength(chunkCount + 1);
  });

  it('ends ffmpeg before any heartbeat', async () => {
    const { id } = await worker.order(audioId);
    while (ffmpegs().length === 0) await sleep(5);
    const programs = ffmpegs();
    // One that stands still does not come to its end by itself.
    for (const pid of programs) process.kill(Number(pid), 'SIGSTOP');
    const cancelled = performance.now();
    await worker.control.cancel(worker.workspaceId, id);
    while (ffmpegs().some((pid) => programs.includes(pid))) await sleep(10);
    expect(performance.now() - cancelled).toBeLessThan(3_000);
  });

  it('in the middle of the cutting leaves it to a retry to cut anew', async () => {
    const { id } = await worker.order(audioId);
    await worker.until(id, ({ status }) => status === 'processing');
    await worker.control.cancel(worker.workspaceId, id);
    expect(await worker.control.retry(worker.workspaceId, id)).toMatchObject({ stage: 'prepare', status: 'pending' });
    expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed', generation: 2 });
  });
});
