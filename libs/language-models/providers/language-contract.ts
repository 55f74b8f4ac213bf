import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ProviderError, type ProviderErrorKind } from '#provider-calls';
import { LANGUAGE_DOUBLE_KEY, type LanguageDouble, type LanguageMode } from '#testing/language-doubles';
import type { LanguageAnswer, LanguageCost, LanguagePiece, LanguageProvider, LanguageRequest } from '../language-provider.js';

/** What the contract needs of an adapter with its double. */
export interface LanguageSubject {
  startDouble: () => Promise<LanguageDouble>;
  provider: (url: string, overrides?: { apiKey?: string; timeoutSeconds?: number; idleSeconds?: number }) => LanguageProvider;
  model: string;
  /** Of a call with what the double counts. */
  cost: LanguageCost;
  /** Where the shape asked for stands in the request. */
  shapeIn: (body: unknown) => unknown;
  /** Of the text 'hello world'. */
  count: { tokens: number; exact: boolean; method: RegExp };
}

const SCHEMA = {
  name: 'numbers',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['numbers'],
    properties: { numbers: { type: 'array', items: { type: 'integer' } } },
  },
};
const COUNTING = 'one two three four five six';
const ABORT_MS = 500;
/** The doubles read their vendors' documents, megabytes of YAML. */
const START_MS = 60_000;

/** The mode of the double, and what it has to become whether the answer is streamed or not. */
const FAILURES: readonly (readonly [LanguageMode, ProviderErrorKind, string | RegExp])[] = [
  ['unauthorized', 'auth', /invalid_api_key|API_KEY_INVALID/],
  ['rate_limited', 'rate_limited', /rate_limit_exceeded|RESOURCE_EXHAUSTED/],
  ['no_credit', 'quota_exhausted', /./],
  ['server_error', 'unavailable', /./],
  ['bad_request', 'invalid_request', /./],
  ['too_long', 'too_large', /./],
  ['truncated', 'too_large', 'output_truncated'],
  ['blocked', 'blocked', /content_filter|SAFETY/],
  ['error_in_band', 'unavailable', /./],
  ['hang_up', 'unavailable', 'connection'],
  ['cut_off', 'unavailable', 'connection'],
  ['no_end', 'unavailable', /bad_response|none/],
  ['html', 'unavailable', 'bad_response'],
  ['empty', 'unavailable', 'bad_response'],
  ['wrong_shape', 'unavailable', 'bad_response'],
  ['endless', 'unavailable', 'bad_response'],
  ['redirect', 'unavailable', 'connection'],
];

/** The error of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`Not a ProviderError: ${String(error)}`, { cause: error });
  return error;
}

/** Everything a stream brings. */
export async function gather(stream: AsyncIterable<LanguagePiece>): Promise<{ text: string; answer?: LanguageAnswer }> {
  let text = '';
  let answer: LanguageAnswer | undefined;
  for await (const piece of stream) {
    if (answer !== undefined) throw new Error('There is a piece after the end.');
    if (piece.kind === 'text') text += piece.text;
    else answer = piece.answer;
  }
  return { text, answer };
}

/** What every adapter of a language model does alike. */
export function describeLanguageContract(subject: LanguageSubject): void {
  let double: LanguageDouble;
  let provider: LanguageProvider;

  beforeAll(async () => {
    double = await subject.startDouble();
    provider = subject.provider(double.url);
  }, START_MS);
  afterEach(() => double.reset());
  afterAll(async () => {
    await provider.close();
    await double.close();
  });

  const request = (overrides: Partial<LanguageRequest> = {}): LanguageRequest => ({
    model: subject.model,
    messages: [
      { role: 'system', text: 'You count.' },
      { role: 'user', text: 'Count to six.' },
    ],
    signal: new AbortController().signal,
    ...overrides,
  });

  /** Both ways of asking, to the same end. */
  const ways: readonly (readonly [
    string,
    (asked: LanguageProvider, of: LanguageRequest) => Promise<LanguageAnswer | undefined>,
  ])[] = [
    ['plain', (asked, of) => asked.answer(of)],
    ['streamed', async (asked, of) => (await gather(asked.stream(of))).answer],
  ];

  describe.each(ways)('a %s answer', (way, ask) => {
    it('is whole, with its model, its usage and its cost', async () => {
      const answer = await ask(provider, request());
      expect(answer).toMatchObject({ text: COUNTING, model: subject.model, cost: subject.cost });
      expect(answer?.usage).toEqual({ inputTokens: 1_000, outputTokens: 60, cachedInputTokens: 400 });
      expect(answer?.providerRequestId).toMatch(/double/);
    });

    it('was asked for in a way the vendor’s own document allows', async () => {
      await ask(provider, request({ maxOutputTokens: 100, temperature: 0.2 }));
      expect(double.calls).toMatchObject([{ problems: [], model: subject.model, streamed: way === 'streamed' }]);
      const body = JSON.stringify(double.calls[0]?.body);
      expect(body).toMatch(/"max\w+":100/i);
      expect(body).toContain('You count.');
    });

    it('comes through blank lines and comments that keep the line alive', async () => {
      double.script({ mode: 'keep_alives' });
      expect((await ask(provider, request()))?.text).toBe(COUNTING);
    });

    it('of unknown usage costs an unknown sum, not nothing', async () => {
      double.script({ mode: 'ok', withoutUsage: true });
      const answer = await ask(provider, request());
      expect(answer?.usage).toBeUndefined();
      expect(answer?.cost).toEqual({ microDollars: null, source: 'unknown' });
    });

    it.each(FAILURES)('that fails with %s is %s, asked once, without the key in it', async (mode, kind, code) => {
      double.script({ mode });
      const error = await failureOf(ask(provider, request()));
      expect(error).toMatchObject({ kind, provider: provider.id });
      expect(error.providerCode).toMatch(code);
      expect(double.calls).toHaveLength(1);
      expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(LANGUAGE_DOUBLE_KEY);
    });

    it('that was cut off says what is billed all the same', async () => {
      double.script({ mode: 'truncated' });
      const { billed } = await failureOf(ask(provider, request()));
      expect(billed).toMatchObject({ inputTokens: 1_000, outputTokens: 60, cachedInputTokens: 400 });
    });

    it('says when to come back', async () => {
      double.script({ mode: 'rate_limited', retryAfter: '17' });
      expect(await failureOf(ask(provider, request()))).toMatchObject({ retryAfterSeconds: 17 });
    });

    it('ends with its caller, whose reason it gives, and lets the connection go', async () => {
      const stop = new AbortController();
      const reason = new Error('Nobody wants it any more.');
      double.script({ mode: 'stalled' });
      const call = ask(provider, request({ signal: stop.signal })).catch((error: unknown) => error);
      while (double.calls.length === 0) await sleep(5);
      await sleep(50);
      stop.abort(reason);
      expect(await call).toBe(reason);
      await abandonment();
    });

    it('beforehand aborted is not asked for', async () => {
      await expect(ask(provider, request({ signal: AbortSignal.abort(new Error('Too late.')) }))).rejects.toThrow('Too late.');
      expect(double.calls).toHaveLength(0);
    });

    it('is asked for with a workspace’s own key, which goes first', async () => {
      const error = await failureOf(ask(provider, request({ apiKey: 'sk-of-a-workspace-9876' })));
      expect(error).toMatchObject({ kind: 'auth', keyRefused: true });
      expect(double.calls[0]?.key).toBe('sk-of-a-workspace-9876');
      const keyless = subject.provider(double.url, { apiKey: undefined });
      expect([provider.configured, keyless.configured]).toEqual([true, false]);
      expect((await ask(keyless, request({ apiKey: LANGUAGE_DOUBLE_KEY })))?.text).toBe(COUNTING);
      expect(await failureOf(ask(keyless, request()))).toMatchObject({ kind: 'unavailable', providerCode: 'no_key' });
      await keyless.close();
    });

    it('is asked for in a shape', async () => {
      double.script({ mode: 'ok', text: '{"numbers":[1]}' });
      expect((await ask(provider, request({ schema: SCHEMA })))?.text).toBe('{"numbers":[1]}');
      expect(double.calls[0]?.problems).toEqual([]);
      expect(subject.shapeIn(double.calls[0]?.body)).toEqual(SCHEMA.schema);
    });
  });

  describe('a stream', () => {
    it('brings its text as it comes', async () => {
      const texts: string[] = [];
      for await (const piece of provider.stream(request())) if (piece.kind === 'text') texts.push(piece.text);
      expect(texts).toEqual(['one', ' two', ' three', ' four', ' five', ' six']);
    });

    it('ends the call of whoever takes no more of it', async () => {
      double.script({ mode: 'stalled' });
      for await (const _piece of provider.stream(request())) break;
      await abandonment();
    });
  });

  it.each([
    ['hang', 'gave no answer within 0.3 seconds', { timeoutSeconds: 0.3 }],
    ['stalled', 'stopped sending in the middle of its answer', { idleSeconds: 0.3 }],
  ] as const)('is given up when its provider does %s', async (mode, what, limits) => {
    const hurried = subject.provider(double.url, limits);
    double.script({ mode }, { mode });
    for (const error of await Promise.all(ways.map(([, ask]) => failureOf(ask(hurried, request()))))) {
      expect(error).toMatchObject({ kind: 'unavailable', providerCode: 'timeout', message: `${provider.id} ${what}.` });
    }
    await hurried.close();
  });

  it('counts tokens, and says how', async () => {
    const { tokens, exact, method } = subject.count;
    const signal = new AbortController().signal;
    const count = await provider.countTokens({ model: subject.model, text: 'hello world', signal });
    expect(count).toEqual({ tokens, exact, method: expect.stringMatching(method) });
  });

  /** @throws when the double still writes */
  async function abandonment(): Promise<void> {
    for (let waited = 0; waited < ABORT_MS && double.calls[0]?.abandoned !== true; waited += 5) await sleep(5);
    expect(double.calls[0]?.abandoned).toBe(true);
  }
}
