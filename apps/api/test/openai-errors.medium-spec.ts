import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { judgeBy } from '#testing/speech-doubles';
import { type OpenAiApi, startOpenAiApi, tone } from './openai.fixture.js';

const OWN_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: { message: { type: 'string' }, type: { type: 'string' } },
    },
  },
};
const judge = judgeBy('openai-openapi.yaml', 'ErrorResponse', OWN_SCHEMA);

let openai: OpenAiApi;
beforeAll(async () => {
  openai = await startOpenAiApi({ OPENAI_MEMORY_MB: '3', QUOTA_PLANS: 'free.transcription=3' });
});
afterEach(() => openai.provider.reset());
afterAll(() => openai.stop());

type Wish = Partial<OpenAI.Audio.TranscriptionCreateParamsNonStreaming>;

async function failureOf(wish: Wish = {}, options: { apiKey?: string } = {}): Promise<InstanceType<typeof OpenAI.APIError>> {
  const asked = openai.client(options).audio.transcriptions.create({ file: tone(1), model: 'whisper-1', ...wish });
  const error: unknown = await asked.catch((thrown: unknown) => thrown);
  if (!(error instanceof OpenAI.APIError)) throw new Error(`No error of the SDK: ${JSON.stringify(error)}`);
  return error;
}

describe("an error of OpenAI's routes", () => {
  it.each<[string, Wish, new (...given: never[]) => Error, object]>([
    ['an unknown model', { model: 'whisper-9' }, OpenAI.NotFoundError, { status: 404, code: 'model_not_found', param: 'model' }],
    [
      'a model of a provider without a key',
      { model: 'whisper-large-v3' },
      OpenAI.NotFoundError,
      { code: 'model_not_found', message: expect.stringMatching(/GROQ_API_KEY/) },
    ],
    [
      'an unknown format',
      { response_format: 'yaml' as 'json' },
      OpenAI.BadRequestError,
      { code: 'validation_failed', param: 'response_format' },
    ],
    ['a temperature that is none', { temperature: 7 }, OpenAI.BadRequestError, { param: 'temperature' }],
    ['times of words in json', { timestamp_granularities: ['word'] }, OpenAI.BadRequestError, { code: 'unsupported_value' }],
    [
      'times of a model without',
      { model: 'gpt-4o-transcribe', response_format: 'srt' },
      OpenAI.BadRequestError,
      { code: 'unsupported_value' },
    ],
    [
      'probabilities of a model that gives none',
      { include: ['logprobs'] },
      OpenAI.BadRequestError,
      { code: 'unsupported_value', param: 'include' },
    ],
    [
      'speakers of a model that tells none apart',
      { response_format: 'diarized_json' },
      OpenAI.BadRequestError,
      { code: 'diarization_not_supported' },
    ],
    [
      'a file that is no recording',
      { file: new File(['%PDF-1.7'], 'a.wav') },
      OpenAI.BadRequestError,
      { code: 'unsupported_format' },
    ],
    ['an empty file', { file: new File([], 'a.wav') }, OpenAI.BadRequestError, { code: 'empty_file' }],
  ])('is one the SDK knows, for %s', async (_, wish, kind, members) => {
    const error = await failureOf(wish);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ type: 'invalid_request_error', ...members });
    expect(judge({ error: error.error })).toEqual([]);
    expect(error.requestID).toMatch(/^req_/);
    expect(openai.provider.calls).toEqual([]);
  });

  it('is one the SDK knows for keys that are wrong or may not do it', async () => {
    const wrong = await failureOf({}, { apiKey: 'stn_nobody' });
    expect(wrong).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(wrong).toMatchObject({ type: 'authentication_error', code: 'api_key_invalid' });
    const { key: apiKey } = await openai.keyFor(['read']);
    expect(await failureOf({}, { apiKey })).toBeInstanceOf(OpenAI.PermissionDeniedError);
  });

  it.each([
    ['GET', '/v1/nothing', 404, 'route_not_found'],
    ['DELETE', '/v1/models', 405, 'method_not_allowed'],
    ['POST', '/v1/audio/transcriptions', 401, 'authentication_required'],
    ['GET', '/openai/v1/nothing', 404, 'route_not_found'],
  ])('has its shape before any route sees it: %s %s', async (method, path, status, code) => {
    const response = await fetch(openai.url + path, { method });
    const body = (await response.json()) as { error: { code: string } };
    expect([response.status, body.error.code, judge(body)]).toEqual([status, code, []]);
  });

  it('is problem+json everywhere else', async () => {
    const response = await fetch(`${openai.url}/api/v1/nothing`);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('tells of failures of the provider by their class, and when to come back', async () => {
    openai.provider.script({ mode: 'rate_limited', retryAfter: '17' });
    const limited = await failureOf();
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited.headers?.get('retry-after')).toBe('17');
    await openai.forgetCircuits();
    openai.provider.script({ mode: 'server_error' });
    expect(await failureOf()).toBeInstanceOf(OpenAI.InternalServerError);
    openai.provider.script({ mode: 'bad_audio' });
    expect(await failureOf()).toMatchObject({ status: 400, code: 'audio_refused' });
    openai.provider.script({ mode: 'unauthorized' });
    // The key of the server is no mistake of the caller's.
    expect(await failureOf()).toMatchObject({ status: 503, code: 'provider_auth_failed' });
    await openai.forgetCircuits();
  });

  it('is an end of trying where waiting takes days', async () => {
    const { key: apiKey } = await openai.newcomer();
    await openai.client({ apiKey }).audio.transcriptions.create({ file: tone(90), model: 'whisper-1' });
    const before = openai.provider.calls.length;
    const error = await openai
      .client({ apiKey, maxRetries: 2 })
      .audio.transcriptions.create({ file: tone(91), model: 'whisper-1' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ code: 'quota_exceeded', type: 'insufficient_quota' });
    expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get('x-should-retry')).toBe('false');
    expect(openai.provider.calls.length).toBe(before);
  });

  it('says that too much is held in memory, and the next request is served', async () => {
    openai.provider.always({ mode: 'ok', delayMs: 500 });
    const asked = Array.from({ length: 4 }, () =>
      openai.client().audio.transcriptions.create({ file: tone(30), model: 'whisper-1' }),
    );
    const refused = (await Promise.allSettled(asked)).flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ status: 503, code: 'too_busy' });
    expect(await openai.client().audio.transcriptions.create({ file: tone(30), model: 'whisper-1' })).toHaveProperty('text');
  });
});
