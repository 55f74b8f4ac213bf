import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from './app-process.js';
import type { Client, Transcription } from './client.js';
import { checkInvariants } from './invariants.js';
import { MEETING } from './recordings.js';
import { describeWith, type QueueBackend } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

const SAYS_IT = { mode: 'ok', text: SPOKEN } as const;

/** Where the worker answers probes. */
async function healthOf(worker: AppProcess): Promise<string> {
  const { port } = await worker.said('The health server listens');
  return `http://127.0.0.1:${String(port)}`;
}

async function statusOf(url: string): Promise<number | 'refused'> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 'refused';
  }
}

describeWith(['postgres', 'redis'], 'a worker that is asked to end', () => {
  it.concurrent.each<QueueBackend>(['postgres', 'redis'])('hands back what it cannot finish (queue on %s)', async (queue) => {
    const stack = await startStack({ queue });
    try {
      const client = await stack.client();
      const [worker] = stack.workers;
      if (worker === undefined) throw new Error('There is no worker.');
      const health = await healthOf(worker);
      expect(await statusOf(`${health}/live`)).toBe(200);
      expect(await statusOf(`${health}/ready`)).toBe(200);
      expect(await statusOf(`${health}/`)).toBe(404);

      stack.provider.script({ ...SAYS_IT, delayMs: 60_000 }, { ...SAYS_IT, delayMs: 3_000 });
      const slow = await client.transcribe(MEETING);
      await stack.until('the slow call', CALLING, (n) => n === 1);
      const short = await client.transcribe(MEETING);
      await stack.until('the short call', CALLING, (n) => n === 2);
      const end = stack.killWorker('SIGTERM', worker);
      await sleep(1_000);
      expect(await statusOf(`${health}/ready`)).not.toBe(200);
      const { code, signal, seconds } = await end;
      expect([code, signal]).not.toEqual([null, 'SIGKILL']);
      expect(seconds).toBeLessThan(25);
      // What could be finished in time was; the other is not lost and does not count as a crash.
      expect(await client.transcription(short.id)).toMatchObject({ stage: 'assemble' });
      expect(
        await stack.query(`SELECT state, failures, crashes FROM jobs WHERE subject_id = $1 AND name LIKE '%chunk'`, [slow.id]),
      ).toEqual([{ state: 'waiting', failures: 0, crashes: 0 }]);
      await stack.startWorker();
      for (const { id } of [slow, short]) {
        expect(await client.waitUntilFinished(id)).toMatchObject({ status: 'completed', text: SPOKEN });
      }
      expect(stack.provider.calls.length).toBe(3);
      await checkInvariants(stack);
    } finally {
      await stack.stop();
    }
  });
});

const CALLING = `SELECT count(*) AS n FROM jobs WHERE name = 'transcription.transcribe-chunk' AND state = 'running'`;

describeWith(['postgres'], 'an API that is asked to end', () => {
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    stack = await startStack();
    client = await stack.client();
  });
  afterAll(() => stack?.stop());

  it('finishes what it was asked before, refuses what comes after, and loses nothing', async () => {
    stack.provider.script({ ...SAYS_IT, delayMs: 2_500 });
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(readFileSync(MEETING))]), 'meeting.opus');
    const waiting = client.send('POST', '/api/v1/audio/transcribe-upload?wait=20', form);
    const upload = slowUpload(client);
    await stack.until('the slow call', CALLING, (n) => n === 1);

    const asked = keepAsking(client);
    await sleep(500);
    const end = stack.stopApi('SIGTERM');
    const answer = await waiting;
    expect(answer.status).toBe(200);
    const finished = (await answer.json()) as Transcription;
    client.accepted.add(finished.id);
    expect(finished.text).toBe(SPOKEN);
    expect(await upload).toMatch(/^HTTP\/1\.1 201 /);
    const { code, signal, seconds } = await end;
    expect(signal === 'SIGTERM' || code === 0).toBe(true);
    expect(seconds).toBeLessThan(25);

    const answers = await asked.stop();
    expect(answers[0]).toBe(200);
    expect(answers.at(-1)).not.toBe(200);
    expect(answers.filter((status) => typeof status === 'number' && status >= 500 && status !== 503)).toEqual([]);

    await stack.startApi();
    expect(await client.transcription(finished.id)).toMatchObject({ status: 'completed' });
    await checkInvariants(stack);
  });
});

/** An upload that takes four seconds; gives the answer as it came. */
async function slowUpload({ origin, token }: Client): Promise<string> {
  const bytes = readFileSync(MEETING);
  const head = '--edge\r\ncontent-disposition: form-data; name="file"; filename="slow.opus"\r\n\r\n';
  const tail = '\r\n--edge--\r\n';
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (piece: Buffer) => (received += piece.toString()));
  const closed = new Promise<void>((resolve, reject) => {
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
  socket.write(
    `POST /api/v1/audio/upload HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n` +
      `content-type: multipart/form-data; boundary=edge\r\ncontent-length: ${head.length + bytes.length + tail.length}\r\n\r\n${head}`,
  );
  const step = Math.ceil(bytes.length / 8);
  for (let at = 0; at < bytes.length; at += step) {
    socket.write(bytes.subarray(at, at + step));
    await sleep(500);
  }
  socket.write(tail);
  await closed;
  return received;
}

/** Asks for a list again and again. */
function keepAsking(client: Client): { stop(): Promise<(number | 'refused')[]> } {
  const answers: (number | 'refused')[] = [];
  let stopped = false;
  const asking = (async () => {
    while (!stopped) {
      const status = await client.send('GET', '/api/v1/transcriptions').then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 'refused' as const,
      );
      answers.push(status);
      await sleep(50);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await asking;
      return answers;
    },
  };
}
