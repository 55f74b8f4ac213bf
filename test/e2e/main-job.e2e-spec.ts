import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ProgressEvent } from '../../clients/typescript/src/index.js';
import type { Client, Recording, Transcription } from './client.js';
import { checkInvariants } from './invariants.js';
import { longRecording, MEETING, shortRecording } from './recordings.js';
import { describeWith, type QueueBackend } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

const FORMATS = ['json', 'verbose_json', 'text', 'srt', 'vtt'] as const;
const SRT_BLOCK = /^(\d+)\n(\d\d:\d\d:\d\d,\d{3}) --> (\d\d:\d\d:\d\d,\d{3})\n(.+)$/s;
const VTT_BLOCK = /^(?:\d+\n)?((?:\d\d:)?\d\d:\d\d\.\d{3}) --> ((?:\d\d:)?\d\d:\d\d\.\d{3})[^\n]*\n(.+)$/s;

/** Seconds of a caption's time. */
function secondsOf(time: string): number {
  return time
    .replace(',', '.')
    .split(':')
    .reduce((total, part) => total * 60 + Number(part), 0);
}

interface Caption {
  start: number;
  end: number;
  text: string;
}

function readCaptions(blocks: string[], pattern: RegExp, first: number): Caption[] {
  return blocks.map((block) => {
    const [, start = '', end = '', text = ''] = (pattern.exec(block) ?? []).slice(first);
    if (start === '') throw new Error(`Not a caption: ${JSON.stringify(block)}`);
    return { start: secondsOf(start), end: secondsOf(end), text };
  });
}

function readSrt(body: string): Caption[] {
  const blocks = body.trim().split(/\n\n/);
  expect(blocks.map((block) => block.split('\n')[0])).toEqual(blocks.map((_, index) => String(index + 1)));
  return readCaptions(blocks, SRT_BLOCK, 1);
}

function readVtt(body: string): Caption[] {
  const [header, ...blocks] = body.trim().split(/\n\n/);
  expect(header).toMatch(/^WEBVTT/);
  return readCaptions(blocks, VTT_BLOCK, 0);
}

/** Follows it to the end, and collects what is told. */
async function watch(client: Client, id: string): Promise<ProgressEvent['state'][]> {
  const seen: ProgressEvent['state'][] = [];
  for await (const { state } of client.steno.transcriptions.follow(id, { signal: AbortSignal.timeout(90_000) })) seen.push(state);
  return seen;
}

function expectProgressToRise(seen: ProgressEvent['state'][]): void {
  const progress = seen.map((status) => status.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toMatchObject({ status: 'completed', progress: 100, error: null });
}

describe.each<QueueBackend>(['postgres', 'redis'])('the main job with the queue on %s', (queue) => {
  describeWith([queue], 'from a file to captions', () => {
    let stack: Stack;
    let client: Client;
    let recording: Recording;
    let finished: Transcription;

    beforeAll(async () => {
      stack = await startStack({ queue });
      client = await stack.client();
    });
    afterAll(() => stack?.stop());

    it('takes the recording and knows what it is', async () => {
      recording = await client.upload(MEETING);
      const bytes = readFileSync(MEETING);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(recording).toMatchObject({ name: 'meeting.opus', container: 'opus', bytes: bytes.length, sha256 });
    });

    it('transcribes it, and its progress never goes back', async () => {
      const { id, status } = await client.order(recording.id);
      expect(status).toBe('pending');
      expectProgressToRise(await watch(client, id));
      finished = await client.transcription(id);
      expect(finished.engine).toEqual({ provider: 'openai', model: 'whisper-1', lowAccuracy: false });
      expect(finished.text).toBe(SPOKEN);
      expect(finished.durationSeconds).toBeCloseTo(recording.claimedSeconds ?? 0, 0);
    });

    it('gives the lines and the same in five formats', async () => {
      const segments = await client.segments(finished.id);
      expect(segments.map(({ text }) => text).join(' ')).toBe(SPOKEN);
      const bodies = await Promise.all(FORMATS.map((format) => client.steno.transcriptions.exportText(finished.id, { format })));
      const [json = '', verbose = '', text = '', srt = '', vtt = ''] = bodies;
      expect(JSON.parse(json)).toEqual({ text: SPOKEN });
      expect(JSON.parse(verbose)).toMatchObject({ text: SPOKEN, language: 'en', task: 'transcribe' });
      expect(text.trim()).toBe(SPOKEN);
      for (const captions of [readSrt(srt), readVtt(vtt)]) {
        expect(captions.map((caption) => caption.text.replaceAll('\n', ' ')).join(' ')).toBe(SPOKEN);
        for (const { start, end } of captions) expect(end).toBeGreaterThan(start);
      }
    });

    it('gives the file back, whole, in part, and by a link without a token', async () => {
      const original = readFileSync(MEETING);
      const path = `/api/v1/audio/${recording.id}`;
      const whole = await client.steno.audio.download(recording.id);
      expect(Buffer.from(await whole.arrayBuffer()).equals(original)).toBe(true);
      const part = await client.send('GET', `${path}/download`, undefined, { range: 'bytes=100-299' });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 100-299/${original.length}`);
      expect(Buffer.from(await part.arrayBuffer()).equals(original.subarray(100, 300))).toBe(true);
      const { url } = await client.steno.audio.link(recording.id, { expiration: 60 });
      expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(original)).toBe(true);
      expect((await fetch(url.slice(0, -3))).status).toBe(403);
    });

    it('cuts a long recording and puts it together', async () => {
      stack.provider.always({ mode: 'ok', text: SPOKEN, delayMs: 300 });
      const calls = stack.provider.calls.length;
      const { id } = await client.transcribe(longRecording(stack.files, 1_000));
      const seen = await watch(client, id);
      expectProgressToRise(seen);
      expect(stack.provider.calls.length - calls).toBeGreaterThanOrEqual(3);
      const segments = await client.segments(id);
      expect(segments.at(-1)?.start).toBeGreaterThan(500);
      const starts = segments.map(({ start }) => start);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    });

    it('deletes it for good', async () => {
      await client.remove(`/api/v1/audio/${recording.id}`);
      expect((await client.send('GET', `/api/v1/audio/${recording.id}`)).status).toBe(404);
      expect((await client.send('GET', `/api/v1/audio/${recording.id}/download`)).status).toBe(404);
      expect(await client.transcription(finished.id)).toMatchObject({ text: SPOKEN, audioId: null });
      await client.remove(`/api/v1/transcriptions/${finished.id}`);
      expect((await client.send('GET', `/api/v1/transcriptions/${finished.id}`)).status).toBe(404);
    });

    it('leaves nothing behind', () => checkInvariants(stack));
  });
});

describeWith(['postgres'], 'the main job without any provider', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ provider: 'local' });
  });
  afterAll(() => stack?.stop());

  it('hears words with the offline engine and says that they are not reliable', async () => {
    const client = await stack.client();
    const { id: audioId } = await client.upload(shortRecording(stack.files, 15));
    const onCreated = ({ id }: Transcription): void => void client.accepted.add(id);
    const finished = await client.steno.transcriptions.createAndWait({ audioId }, { onCreated });
    expect(finished).toMatchObject({ status: 'completed', engine: { provider: 'local', lowAccuracy: true } });
    expect(finished.warnings.join()).toMatch(/low_accuracy/);
    expect(finished.text?.split(' ').length).toBeGreaterThan(10);
    await checkInvariants(stack);
  });
});
