import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { Client } from './client.js';
import { checkInvariants } from './invariants.js';
import { ffmpeg, MEETING } from './recordings.js';
import { describeWith } from './requirements.js';
import { type Stack, startStack } from './stack.js';

describeWith(['postgres'], 'what is too much for one call', () => {
  let stack: Stack;
  let client: Client;
  let openai: OpenAI;
  let aac: File;

  beforeAll(async () => {
    // One part after the other, so that there is something to tell meanwhile.
    stack = await startStack({ env: { SPEECH_CONCURRENCY: '1' } });
    stack.provider.always({ mode: 'ok' });
    client = await stack.client();
    openai = new OpenAI({ apiKey: client.token, baseURL: `${stack.origin}/v1`, maxRetries: 0 });
    aac = await made('meeting.aac', '-i', MEETING);
  });
  afterAll(() => stack?.stop());

  async function made(name: string, ...args: string[]): Promise<File> {
    const path = join(stack.files, name);
    await ffmpeg(...args, path);
    return new File([new Uint8Array(readFileSync(path))], name);
  }

  /** Remembered for the invariants. */
  async function accepted(): Promise<void> {
    const { data } = await client.json<{ data: { id: string }[] }>('GET', '/api/v1/transcriptions?limit=100');
    for (const { id } of data) client.accepted.add(id);
  }

  it('is stored, cut and transcribed where only decoding tells how long it is', async () => {
    const asked = openai.audio.transcriptions.create({ file: aac, model: 'whisper-1', response_format: 'verbose_json' });
    const { data, response } = await asked.withResponse();
    expect(data.text).toMatch(/^one two three/);
    expect(data.duration).toBeCloseTo(44.87, 1);
    expect(data.segments?.length).toBeGreaterThan(3);
    expect(response.headers.get('x-steno-engine')).toBe('openai/whisper-1');
    expect(await client.json('GET', '/api/v1/audio')).toMatchObject({ total: 1 });
  });

  it('is told part by part, and the same text in the end', async () => {
    stack.provider.always({ mode: 'ok', delayMs: 300 });
    const file = await made('slow.aac', '-i', MEETING, '-af', 'volume=0.9');
    const stream = await openai.audio.transcriptions.create({ file, model: 'gpt-4o-transcribe', stream: true });
    const deltas: string[] = [];
    let done = '';
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') deltas.push(event.delta);
      if (event.type === 'transcript.text.done') done = event.text;
    }
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join('')).toBe(done);
    expect(done).toMatch(/^one two three/);
    stack.provider.always({ mode: 'ok' });
  });

  it('may be larger than OpenAI takes', async () => {
    const wav = await made('large.wav', '-stream_loop', '6', '-i', MEETING, '-ac', '2', '-ar', '48000');
    expect(wav.size).toBeGreaterThan(26_214_400);
    const answer = await openai.audio.transcriptions.create({ file: wav, model: 'whisper-1' });
    expect(answer.text).toMatch(/^one two three/);
  });

  it('is no order when it names a model nobody has', async () => {
    const before = await client.json<{ total: number }>('GET', '/api/v1/audio');
    await expect(openai.audio.transcriptions.create({ file: aac, model: 'whisper-9' })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    expect(await client.json('GET', '/api/v1/audio')).toMatchObject({ total: before.total });
  });

  it('goes on when its client goes away, and is there when it comes again', async () => {
    stack.provider.always({ mode: 'ok', delayMs: 500 });
    const file = await made('impatient.aac', '-i', MEETING, '-t', '20');
    const stop = new AbortController();
    const asked = openai.audio.transcriptions
      .create({ file, model: 'whisper-1' }, { signal: stop.signal })
      .catch(() => undefined);
    const calls = stack.provider.calls.length;
    while (stack.provider.calls.length === calls) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await asked;
    const answer = await openai.audio.transcriptions.create({ file, model: 'whisper-1' });
    expect(answer.text).toMatch(/^one two three/);
    expect(stack.provider.calls).toHaveLength(calls + 1);
  });

  // Before the one that fails, as it should.
  it('leaves nothing behind', async () => {
    await accepted();
    await checkInvariants(stack);
  });

  it('says what its transcription failed of, and the SDK does not order it again', async () => {
    stack.provider.always({ mode: 'blocked' });
    const file = await made('blocked.aac', '-i', MEETING, '-t', '8');
    const patient = new OpenAI({ apiKey: client.token, baseURL: `${stack.origin}/v1`, maxRetries: 2 });
    const error: unknown = await patient.audio.transcriptions
      .create({ file, model: 'openai/whisper-1' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      status: 400,
      code: 'content_blocked',
      message: expect.stringMatching(/Transcription [0-9a-f-]{36} failed/),
    });
    stack.provider.always({ mode: 'ok' });
  });
});
