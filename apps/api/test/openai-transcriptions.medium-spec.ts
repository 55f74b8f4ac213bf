import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Groq from 'groq-sdk';
import { type OpenAiApi, startOpenAiApi, tone } from './openai.fixture.js';

const TEXT = 'one two three four five six seven eight nine ten one two';

let openai: OpenAiApi;
beforeAll(async () => {
  openai = await startOpenAiApi();
});
afterEach(() => openai.provider.reset());
afterAll(() => openai.stop());

describe("OpenAI's SDK", () => {
  it('gets json by default, billed by counted seconds', async () => {
    const answer = await openai.client().audio.transcriptions.create({ file: tone(6), model: 'whisper-1' });
    expect(answer).toMatchObject({ text: TEXT, usage: { type: 'duration', seconds: 6 } });
  });

  it('gets the file through as it was sent, with its wishes', async () => {
    const wish = { language: 'de', prompt: 'Steno', temperature: 0.5 };
    await openai.client().audio.transcriptions.create({ file: tone(6), model: 'openai/whisper-1', ...wish });
    expect(openai.provider.calls).toMatchObject([
      { problems: [], model: 'whisper-1', seconds: 6, fields: { language: 'de', prompt: 'Steno', temperature: '0.5' } },
    ]);
  });

  it('gets text, srt and vtt as plain strings', async () => {
    const { transcriptions } = openai.client().audio;
    const ask = (response_format: 'text' | 'srt' | 'vtt') =>
      transcriptions.create({ file: tone(6), model: 'whisper-1', response_format });
    expect(await ask('text')).toBe(`${TEXT}\n`);
    expect(await ask('srt')).toMatch(/^1\n00:00:00,000 --> 00:00:0\d,\d{3}\none two/);
    expect(await ask('vtt')).toMatch(/^WEBVTT\n\n00:00:00.000 --> 00:00:0\d.\d{3}\none two/);
    const { response } = await transcriptions
      .create({ file: tone(6), model: 'whisper-1', response_format: 'vtt' })
      .withResponse();
    expect(response.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
  });

  it('gets verbose_json with segments unless it asks for words alone', async () => {
    const ask = (timestamp_granularities?: ('word' | 'segment')[]) =>
      openai.client().audio.transcriptions.create({
        file: tone(6),
        model: 'whisper-1',
        response_format: 'verbose_json',
        timestamp_granularities,
      });
    const plain = await ask();
    expect(plain).toMatchObject({ language: 'english', duration: 6, text: TEXT, usage: { type: 'duration', seconds: 6 } });
    expect([plain.segments?.length, plain.words]).toEqual([2, undefined]);
    const words = await ask(['word']);
    expect([words.segments, words.words?.length]).toEqual([undefined, 12]);
    const both = await ask(['word', 'segment']);
    expect([both.segments?.length, both.words?.length]).toEqual([2, 12]);
  });

  it('gets speakers', async () => {
    const answer = await openai.client().audio.transcriptions.create({
      file: tone(6),
      model: 'gpt-4o-transcribe-diarize',
      response_format: 'diarized_json',
      chunking_strategy: 'auto',
    });
    expect(answer).toMatchObject({
      duration: 6,
      segments: [
        { id: 'seg_001', speaker: 'A' },
        { id: 'seg_002', speaker: 'B' },
      ],
    });
  });

  it('gets how sure a model is of each token, where that is asked for', async () => {
    const { transcriptions } = openai.client().audio;
    const ask = { model: 'gpt-4o-transcribe', include: ['logprobs'] as 'logprobs'[] };
    const { logprobs } = await transcriptions.create({ ...ask, file: tone(6) });
    expect(logprobs?.map(({ token }) => token).join(' ')).toBe(TEXT);
    expect(logprobs?.[0]).toEqual({ token: 'one', logprob: -0.25, bytes: [111, 110, 101] });
    expect(openai.provider.calls).toMatchObject([{ problems: [], fields: { 'include[]': 'logprobs' } }]);
    const events = [];
    for await (const event of await transcriptions.create({ ...ask, file: tone(6), stream: true })) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'transcript.text.done', text: TEXT, logprobs });
    expect(await transcriptions.create({ model: 'gpt-4o-transcribe', file: tone(6) })).not.toHaveProperty('logprobs');
  });

  it('gets events, except from whisper-1', async () => {
    const stream = await openai.client().audio.transcriptions.create({ file: tone(6), model: 'gpt-4o-transcribe', stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    const deltas = events.flatMap((event) => (event.type === 'transcript.text.delta' ? [event.delta] : []));
    expect(deltas.join('')).toBe(TEXT);
    expect(events.at(-1)).toEqual({ type: 'transcript.text.done', text: TEXT });
    const { response } = await openai
      .client()
      .audio.transcriptions.create({ file: tone(1), model: 'whisper-1', stream: true })
      .withResponse();
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('gets a translation', async () => {
    const answer = await openai
      .client()
      .audio.translations.create({ file: tone(6), model: 'whisper-1', response_format: 'verbose_json' });
    expect(answer).toMatchObject({ text: TEXT, language: 'english', duration: 6 });
    expect(openai.provider.calls[0]?.problems).toEqual([]);
  });

  it('lists and looks at models, and is told who answered', async () => {
    const names = (await openai.client().models.list()).data.map(({ id }) => id);
    expect(names).toEqual(expect.arrayContaining(['whisper-1', 'openai/whisper-1', 'gpt-4o-transcribe']));
    expect(await openai.client().models.retrieve('openai/whisper-1')).toMatchObject({ object: 'model', owned_by: 'openai' });
    const { response } = await openai
      .client()
      .audio.transcriptions.create({ file: tone(1), model: 'whisper-1' })
      .withResponse();
    expect(response.headers.get('x-steno-engine')).toBe('openai/whisper-1');
  });

  it('may send its file before or after the rest, fields nobody knows, and chunking as an object', async () => {
    const fields: [string, string | File][] = [
      ['model', 'whisper-1'],
      ['made_up', '1'],
      ['chunking_strategy[type]', 'server_vad'],
      ['file', tone(1)],
    ];
    for (const order of [fields, fields.toReversed()]) {
      const form = new FormData();
      for (const [name, value] of order) form.append(name, value);
      const response = await fetch(`${openai.url}/v1/audio/transcriptions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${openai.key}` },
        body: form,
      });
      expect([response.status, await response.json()]).toMatchObject([200, { text: 'one two' }]);
    }
  });
});

describe("Groq's SDK", () => {
  it('works with the address of this server alone', async () => {
    const groq = new Groq({ apiKey: openai.key, baseURL: openai.url, maxRetries: 0 });
    expect(await groq.audio.transcriptions.create({ file: tone(6), model: 'whisper-1' })).toMatchObject({ text: TEXT });
    expect((await groq.models.list()).data.map(({ id }) => id)).toContain('whisper-1');
  });
});
