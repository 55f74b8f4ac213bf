import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LLMock } from '@copilotkit/aimock';
import { LANGUAGE_PROVIDER_IDS, type LanguageProvider, type LanguageProviderId } from '../language-provider.js';
import { failureOf, gather } from './language-contract.js';
import { languageProvider } from './language-providers.js';

/** Where the double, which is not ours, has each vendor's API. */
const BASES: Record<LanguageProviderId, string> = {
  openai: '/v1',
  groq: '/openai/v1',
  gemini: '',
  openrouter: '/api/v1',
  deepseek: '',
  huggingface: '/v1',
};

const TEXT = 'It is warm in Berlin, and it rains in Paris.';
const ORDER = 'What is the weather?';

const mock = new LLMock({ port: 0, logLevel: 'silent' });

beforeAll(() => mock.start());
afterEach(() => {
  mock.clearFixtures();
  mock.clearRequests();
  mock.clearChaos();
});
afterAll(() => mock.stop());

describe.each(LANGUAGE_PROVIDER_IDS)('%s, played by somebody else', (id) => {
  let provider: LanguageProvider;
  beforeAll(() => {
    const limits = { timeoutSeconds: 5, idleSeconds: 2 };
    provider = languageProvider(id, { apiKey: 'sk-any-0123456789', baseUrl: mock.url + BASES[id], ...limits });
  });
  afterAll(() => provider.close());

  const request = () => ({
    model: provider.models[0]?.id ?? '',
    messages: [{ role: 'user' as const, text: ORDER }],
    signal: new AbortController().signal,
  });
  /** What goes wrong with a plain call, and with a streamed one. */
  const failures = async () => [await failureOf(provider.answer(request())), await failureOf(gather(provider.stream(request())))];

  it('answers, in one piece and in many', async () => {
    mock.onMessage(ORDER, { content: TEXT }, { chunkSize: 5 });
    const plain = await provider.answer(request());
    const streamed = await gather(provider.stream(request()));
    expect(plain.text).toBe(TEXT);
    expect(streamed).toMatchObject({ text: TEXT, answer: { text: TEXT, model: plain.model } });
    expect(mock.getRequests()).toHaveLength(2);
  });

  it.each([
    [429, 'rate_limited', { retryAfterSeconds: 9 }],
    [500, 'unavailable', {}],
    [402, 'quota_exhausted', {}],
  ] as const)('refuses with %d', async (status, kind, more) => {
    mock.onMessage(ORDER, { error: { message: 'No.' }, status, retryAfter: 9 });
    for (const error of await failures()) expect(error).toMatchObject({ kind, provider: id, ...more });
    expect(mock.getRequests()).toHaveLength(2);
  });

  it('is cut off in the middle of a stream', async () => {
    mock.onMessage(ORDER, { content: TEXT }, { chunkSize: 5, truncateAfterChunks: 3 });
    expect(await failureOf(gather(provider.stream(request())))).toMatchObject({ kind: 'unavailable' });
  });

  it('stops because it may write no more', async () => {
    mock.onMessage(ORDER, { content: TEXT, finishReason: 'length' });
    for (const error of await failures()) expect(error).toMatchObject({ kind: 'too_large', providerCode: 'output_truncated' });
  });

  it.each([
    ['rate limits', { rateLimitRate: 1 }, 'rate_limited'],
    ['lost calls', { dropRate: 1 }, 'unavailable'],
    ['broken JSON', { malformedRate: 1 }, 'unavailable'],
    ['lost connections', { disconnectRate: 1 }, 'unavailable'],
  ])('in chaos of %s fails in our words', async (_what, chaos, kind) => {
    mock.onMessage(ORDER, { content: TEXT });
    mock.setChaos(chaos);
    for (const error of await failures()) expect(error).toMatchObject({ kind, provider: id });
  });
});
