import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { judgeBy } from '#testing/speech-doubles';
import { type OpenAiApi, startOpenAiApi, tone } from './openai.fixture.js';

/** Where OpenAI's document is not at hand: the members that their SDK counts on. */
const withText = (...more: string[]) => ({ type: 'object', required: ['text', ...more] });
const NUMBERED = { type: 'object', required: ['id', 'seek', 'start', 'end', 'text', 'tokens', 'temperature', 'avg_logprob'] };
const OWN = {
  CreateTranscriptionResponseJson: withText(),
  CreateTranscriptionResponseVerboseJson: {
    ...withText('language', 'duration'),
    properties: { duration: { type: 'number' }, segments: { type: 'array', items: NUMBERED } },
  },
  CreateTranscriptionResponseDiarizedJson: withText('task', 'duration', 'segments'),
  CreateTranslationResponseJson: withText(),
  CreateTranslationResponseVerboseJson: withText('language', 'duration'),
  CreateTranscriptionResponseStreamEvent: {
    type: 'object',
    required: ['type'],
    properties: { usage: { required: ['total_tokens'] } },
  },
  ListModelsResponse: { type: 'object', required: ['object', 'data'] },
  Model: { type: 'object', required: ['id', 'object', 'created', 'owned_by'] },
};
type Schema = keyof typeof OWN;

let openai: OpenAiApi;
beforeAll(async () => {
  openai = await startOpenAiApi();
});
afterEach(() => openai.provider.reset());
afterAll(() => openai.stop());

/** Sends a form as any client may, or looks something up. @returns the body as it came */
async function ask(path: string, fields?: Record<string, string | string[]>): Promise<string> {
  const headers = { authorization: `Bearer ${openai.key}` };
  const body = fields && new FormData();
  for (const [name, values] of Object.entries(fields ?? {})) for (const value of [values].flat()) body?.append(name, value);
  body?.append('file', tone(6));
  const response = await fetch(`${openai.url}/v1/${path}`, { headers, ...(body && { method: 'POST', body }) });
  expect(response.status).toBe(200);
  return response.text();
}

describe('an answer is one that OpenAI’s own document describes', () => {
  const all = { 'timestamp_granularities[]': ['word', 'segment'] };
  it.each<[Schema, string, Record<string, string | string[]> | undefined]>([
    ['CreateTranscriptionResponseJson', 'audio/transcriptions', { model: 'whisper-1' }],
    ['CreateTranscriptionResponseJson', 'audio/transcriptions', { model: 'gpt-4o-transcribe', response_format: 'json' }],
    ['CreateTranscriptionResponseJson', 'audio/transcriptions', { model: 'gpt-4o-transcribe', 'include[]': 'logprobs' }],
    ['CreateTranscriptionResponseVerboseJson', 'audio/transcriptions', { model: 'whisper-1', response_format: 'verbose_json' }],
    [
      'CreateTranscriptionResponseVerboseJson',
      'audio/transcriptions',
      { model: 'whisper-1', response_format: 'verbose_json', ...all },
    ],
    [
      'CreateTranscriptionResponseDiarizedJson',
      'audio/transcriptions',
      { model: 'gpt-4o-transcribe-diarize', response_format: 'diarized_json', chunking_strategy: 'auto' },
    ],
    ['CreateTranslationResponseJson', 'audio/translations', { model: 'whisper-1' }],
    ['CreateTranslationResponseVerboseJson', 'audio/translations', { model: 'whisper-1', response_format: 'verbose_json' }],
    ['ListModelsResponse', 'models', undefined],
    ['Model', 'models/whisper-1', undefined],
  ])('%s from %s with %j', async (schema, path, fields) => {
    const answer: unknown = JSON.parse(await ask(path, fields));
    expect(judgeBy('openai-openapi.yaml', schema, OWN[schema])(answer)).toEqual([]);
  });

  it.each([
    ['gpt-4o-transcribe', 'json', ['transcript.text.delta', 'transcript.text.done']],
    ['gpt-4o-transcribe-diarize', 'diarized_json', ['transcript.text.segment', 'transcript.text.done']],
  ])('and so is each event of a stream from %s', async (model, format, types) => {
    const judge = judgeBy(
      'openai-openapi.yaml',
      'CreateTranscriptionResponseStreamEvent',
      OWN.CreateTranscriptionResponseStreamEvent,
    );
    const wish = { model, response_format: format, chunking_strategy: 'auto', stream: 'true' };
    const events = (await ask('audio/transcriptions', wish))
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace(/^data: /, '')) as { type: string });
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(types));
    expect(events.flatMap(judge)).toEqual([]);
  });
});
