import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Client } from './client.js';
import { checkInvariants } from './invariants.js';
import { ffmpeg, shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

describeWith(['postgres'], 'sound that was transcribed before', () => {
  let stack: Stack;
  let client: Client;
  let recording: string;

  beforeAll(async () => {
    stack = await startStack({ workers: 2 });
    client = await stack.client();
    recording = join(stack.files, 'speech.wav');
    await ffmpeg('-i', shortRecording(stack.files), '-ac', '1', '-ar', '16000', '-c:a', 'pcm_s16le', recording);
  });
  afterAll(() => stack?.stop());

  /** The same sound as another file, in a container of its own. */
  async function again(name: string): Promise<string> {
    const path = join(stack.files, name);
    await ffmpeg('-i', recording, path);
    return path;
  }

  async function transcribed(who: Client, path: string, wish: object = {}) {
    const { id } = await who.order((await who.upload(path)).id, wish);
    return who.waitUntilFinished(id);
  }

  it('gives the earlier result in whatever file it comes, and calls nobody', async () => {
    const first = await transcribed(client, await again('first.wav'));
    const calls = stack.provider.calls.length;
    const second = await transcribed(client, await again('second.flac'));
    expect(second).toMatchObject({
      status: 'completed',
      text: SPOKEN,
      reusedFrom: first.id,
      durationSeconds: first.durationSeconds,
    });
    expect(await client.segments(second.id)).toEqual(await client.segments(first.id));
    expect(stack.provider.calls.length).toBe(calls);
  });

  it('is transcribed anew with other options, when that is wished, and in another workspace', async () => {
    for (const [who, wish] of [
      [client, { language: 'en' }],
      [client, { reuse: false }],
      [await stack.client(), {}],
    ] as const) {
      const calls = stack.provider.calls.length;
      expect(await transcribed(who, await again('third.wav'), wish)).toMatchObject({ status: 'completed', reusedFrom: null });
      expect(stack.provider.calls.length).toBeGreaterThan(calls);
    }
  });

  it('is transcribed once when it is ordered many times at the same moment', async () => {
    const somebody = await stack.client();
    const { id } = await somebody.upload(recording);
    stack.provider.script({ mode: 'ok', text: SPOKEN, delayMs: 1_000 });
    const calls = stack.provider.calls.length;
    const ordered = await Promise.all(Array.from({ length: 5 }, () => somebody.order(id, {})));
    const ended = await Promise.all(ordered.map((order) => somebody.waitUntilFinished(order.id)));
    expect(ended.map(({ status, text }) => ({ status, text }))).toEqual(
      ordered.map(() => ({ status: 'completed', text: SPOKEN })),
    );
    expect(stack.provider.calls.length).toBe(calls + 1);
    expect(ended.filter(({ reusedFrom }) => reusedFrom === null)).toHaveLength(1);
  });

  it('leaves nothing behind', async () => {
    await checkInvariants(stack);
  });
});
