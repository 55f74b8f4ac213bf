import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Client, Problem, Transcription } from './client.js';
import { checkInvariants } from './invariants.js';
import { MEETING } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

const ROUTE = '/api/v1/audio/transcribe-upload';

describeWith(['postgres'], 'a recording sent and transcribed in one request', () => {
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    stack = await startStack();
    client = await stack.client();
  });
  afterAll(() => stack?.stop());

  /** A form whose fields stand before or after the file, in the order given; `file` stands for the recording. */
  function form(...fields: [name: string, value?: string][]): FormData {
    const made = new FormData();
    for (const [name, value] of fields) {
      if (value === undefined) made.append(name, new Blob([new Uint8Array(readFileSync(MEETING))]), 'meeting.opus');
      else made.append(name, value);
    }
    return made;
  }

  async function send(query: string, body: FormData): Promise<{ status: number; headers: Headers; body: Transcription }> {
    const response = await client.send('POST', ROUTE + query, body);
    const transcription = (await response.json()) as Transcription;
    if (response.ok) client.accepted.add(transcription.id);
    return { status: response.status, headers: response.headers, body: transcription };
  }

  it('answers at once where it is done when nobody wants to wait', async () => {
    const { status, headers, body } = await send('', form(['file']));
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/v1/transcriptions/${body.id}`);
    expect(headers.get('retry-after')).toBe('1');
    expect(body.text).toBeNull();
    expect(await client.waitUntilFinished(body.id)).toMatchObject({ status: 'completed', text: SPOKEN });
  });

  it('answers with the transcript when it is ready in time', async () => {
    const { status, body } = await send('?wait=60', form(['file']));
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'completed', text: SPOKEN });
  });

  it('answers without it when the time is up', async () => {
    stack.provider.script({ mode: 'ok', text: SPOKEN, delayMs: 4_000 });
    const startedAt = performance.now();
    const { status, body } = await send('?wait=1', form(['reuse', 'false'], ['file']));
    expect(status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(await client.waitUntilFinished(body.id)).toMatchObject({ status: 'completed' });
  });

  it('hears fields before and after the file', async () => {
    const calls = stack.provider.calls.length;
    const { status } = await send(
      '?wait=60',
      form(['language', 'en'], ['temperature', '0.5'], ['file'], ['prompt', 'Orion, Maria Lopez']),
    );
    expect(status).toBe(200);
    expect(stack.provider.calls[calls]?.fields).toMatchObject({
      language: 'en',
      temperature: '0.5',
      prompt: 'Orion, Maria Lopez',
    });
  });

  it.each<[string, [name: string, value?: string][], string]>([
    ['a field before the file', [['language', 'English'], ['file']], 'language'],
    ['a field after the file', [['file'], ['temperature', 'hot']], 'temperature'],
    ['a field nobody knows', [['file'], ['langauge', 'en']], 'langauge'],
  ])('keeps nothing when %s is wrong', async (_, fields, path) => {
    const { total } = await client.json<{ total: number }>('GET', '/api/v1/audio');
    const response = await client.send('POST', ROUTE, form(...fields));
    expect(response.status).toBe(422);
    const problem = (await response.json()) as Problem & { errors: { path: string }[] };
    expect(problem.code).toBe('validation_failed');
    expect(new Set(problem.errors.map((error) => error.path))).toEqual(new Set([path]));
    expect(await client.json('GET', '/api/v1/audio')).toMatchObject({ total });
  });

  it.each(['-1', '121', 'soon'])('refuses to wait %s seconds', async (wait) => {
    const response = await client.send('POST', `${ROUTE}?wait=${wait}`, form(['file']));
    expect(response.status).toBe(422);
  });

  it('leaves nothing behind', () => checkInvariants(stack));
});
