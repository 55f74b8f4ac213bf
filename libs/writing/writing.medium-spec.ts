import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LLMock } from '@copilotkit/aimock';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { AuditModule } from '#audit';
import { Circuits } from '#circuits';
import { ConfigModule } from '#config';
import { Database, DatabaseModule } from '#database';
import { EventsModule } from '#events';
import { IdempotencyModule } from '#idempotency';
import type { LanguagePiece } from '#language-models';
import { Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { QuotaModule, Quotas } from '#quota';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { LANGUAGE_DOUBLE_KEY, type LanguageDouble, startOpenAiStyleDouble } from '#testing/language-doubles';
import { UsageModule } from '#usage';
import { Vault, VaultModule } from '#vault';
import { Writing, WritingModule, type WritingOrder, type WrittenCall } from './index.js';

jest.setTimeout(60_000);

const COUNTING = 'one two three four five six';
/** What the doubles count, at the price of the first model of each. */
const COST = { openai: '750', groq: '186' };
const TOKENS = 1_060;
const REFUSED_KEY = 'sk-refused-0123456789';
const SCHEMA = {
  name: 'numbers',
  schema: { type: 'object', additionalProperties: false, required: ['n'], properties: { n: { type: 'integer' } } },
};

let server: TestDatabase;
let openai: LanguageDouble;
let groq: LanguageDouble;
let module: TestingModule;
let database: Database;
let writing: Writing;
let workspaceId: string;
let recorded: WrittenCall[];

async function start(settings: Record<string, string>): Promise<TestingModule> {
  const made = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, LANGUAGE_TIMEOUT_SECONDS: '20', ...settings })),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      ...[EventsModule, QueuesModule, AuditModule, VaultModule, IdempotencyModule, QuotaModule, UsageModule, WritingModule],
    ],
  }).compile();
  return made.init();
}

beforeAll(async () => {
  [server, openai, groq] = await Promise.all([testDatabase(), startOpenAiStyleDouble('openai'), startOpenAiStyleDouble('groq')]);
  module = await start({
    OPENAI_API_KEY: LANGUAGE_DOUBLE_KEY,
    OPENAI_BASE_URL: `${openai.url}/v1`,
    // Of two that are as idle, the first is taken first.
    GROQ_API_KEY: `${REFUSED_KEY},${LANGUAGE_DOUBLE_KEY}`,
    GROQ_BASE_URL: groq.url,
  });
  database = module.get(Database);
  writing = module.get(Writing);
});
beforeEach(async () => {
  openai.reset();
  groq.reset();
  recorded = [];
  workspaceId = (await makeWorkspace(database, { quotas: { tokens: 100_000 } })).id;
  await database.asSystem((tx) => tx.execute('DELETE FROM circuits'));
  // This process looks again at what it knew.
  await module.get(Circuits).failed('unrelated', 'x');
});
afterAll(async () => {
  await module.close();
  await Promise.all([openai.close(), groq.close(), server.drop()]);
});

function order(given: Partial<WritingOrder> = {}): WritingOrder {
  return {
    ...{ workspaceId, subjectId: uuidv7(), userId: null, apiKeyId: null },
    messages: [{ role: 'user', text: 'Count to six.' }],
    signal: new AbortController().signal,
    record: (_, call) => Promise.resolve(void recorded.push(call)),
    ...given,
  };
}

async function bringKey(provider: string, apiKey: string): Promise<string> {
  const id = uuidv7();
  await database.inWorkspace(workspaceId, async (tx) => {
    const sealed = await module.get(Vault).seal(tx, workspaceId, { table: 'provider_keys', column: 'sealed', row: id }, apiKey);
    await tx.execute(
      `INSERT INTO provider_keys (id, workspace_id, provider, name, sealed, last_four, status, validated_at)
       VALUES ($1, $2, $3, 'Own', $4, '6789', 'active', now())`,
      [id, workspaceId, provider, sealed],
    );
  });
  return id;
}

/** What is billed to the workspace, call by call, and how its tokens stand. */
async function bill(): Promise<{ calls: string[]; used: number; reserved: number }> {
  return database.inWorkspace(workspaceId, async (tx) => {
    const rows = await tx.query<{ call: string }>(
      `SELECT concat_ws(' ', provider, outcome, coalesce(cost_micro_dollars::text, 'unknown'), input_tokens + output_tokens) AS call
       FROM usage_records WHERE workspace_id = $1 ORDER BY id`,
      [workspaceId],
    );
    const { used, reserved } = await module.get(Quotas).standing(tx, 'tokens');
    return { calls: rows.map(({ call }) => call), used, reserved };
  });
}

async function gather(stream: AsyncIterable<LanguagePiece>): Promise<{ text: string; isWhole: boolean; error?: unknown }> {
  let text = '';
  let isWhole = false;
  try {
    for await (const piece of stream) {
      if (piece.kind === 'text') text += piece.text;
      else isWhole = true;
    }
  } catch (error) {
    return { text, isWhole, error };
  }
  return { text, isWhole };
}

const answered = (provider: keyof typeof COST): string => `${provider} answered ${COST[provider]} ${TOKENS}`;

describe('text is written', () => {
  it('by the first provider, with a key of the installation, and billed once', async () => {
    const written = await writing.answer(order());
    expect(written).toMatchObject({ text: COUNTING, provider: 'openai', model: 'gpt-5.4-mini' });
    expect(recorded).toEqual(written.calls);
    expect(recorded).toEqual([
      expect.objectContaining({
        outcome: 'answered',
        providerKeyId: null,
        installationKeyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    ]);
    expect(await bill()).toEqual({ calls: [answered('openai')], used: TOKENS, reserved: 0 });
  });

  it('by whoever is named', async () => {
    const wish = { provider: 'groq', model: 'llama-3.3-70b-versatile' };
    expect(await writing.answer(order({ wish }))).toMatchObject({ provider: 'groq', model: 'llama-3.3-70b-versatile' });
    expect(openai.calls).toHaveLength(0);
  });

  it('with the workspace’s own key before the installation’s', async () => {
    const key = await bringKey('groq', LANGUAGE_DOUBLE_KEY);
    const { calls } = await writing.answer(order({ wish: { provider: 'groq' } }));
    expect(calls).toEqual([expect.objectContaining({ providerKeyId: key, installationKeyId: null })]);
    const [row] = await database.inWorkspace(workspaceId, (tx) =>
      tx.query<object>(`SELECT calls, failed FROM provider_key_usage WHERE provider_key_id = $1`, [key]),
    );
    expect(row).toEqual({ calls: 1, failed: 0 });
  });

  it('in its turn, where more is ordered at once than an own key stands', async () => {
    workspaceId = (await makeWorkspace(database, { quotas: { tokens: 1_000_000 } })).id;
    await bringKey('groq', LANGUAGE_DOUBLE_KEY);
    const orders = Array.from({ length: 12 }, () => writing.answer(order({ wish: { provider: 'groq' } })));
    expect((await Promise.all(orders)).map(({ text }) => text)).toEqual(orders.map(() => COUNTING));
  });

  it('and kept, when what the call taught of its provider cannot be written down', async () => {
    openai.script({ mode: 'server_error' });
    await writing.answer(order());
    const broken = jest.spyOn(module.get(Circuits), 'succeeded').mockRejectedValueOnce(new Error('no connection'));
    expect(await writing.answer(order())).toMatchObject({ text: COUNTING, provider: 'openai' });
    expect(broken).toHaveBeenCalled();
    broken.mockRestore();
  });

  it('with the next key when one is refused, which is taken out', async () => {
    const wish = { provider: 'groq' };
    const { calls } = await writing.answer(order({ wish }));
    expect(calls.map(({ errorKind }) => errorKind)).toEqual(['auth', null]);
    expect(new Set(calls.map(({ installationKeyId }) => installationKeyId)).size).toBe(2);
    expect(await bill()).toEqual({ calls: ['groq failed 0 0', answered('groq')], used: TOKENS, reserved: 0 });
    expect((await writing.answer(order({ wish }))).calls).toHaveLength(1);
  });

  it('by the next provider when the first has no key that is taken, and only if nobody was named', async () => {
    openai.script({ mode: 'rate_limited' });
    expect(await writing.answer(order())).toMatchObject({ provider: 'groq' });
    expect(await writing.answer(order())).toMatchObject({ provider: 'groq' });
    expect(openai.calls).toHaveLength(1);
    const named = writing.answer(order({ wish: { provider: 'openai' } }));
    await expect(named).rejects.toMatchObject({ code: 'writer_rate_limited', retryAfterSeconds: 7 });
  });

  it('not with the installation’s key in place of an own one that its provider refuses', async () => {
    await bringKey('openai', REFUSED_KEY);
    const named = order({ wish: { provider: 'openai' } });
    await expect(writing.answer(named)).rejects.toMatchObject({ code: 'provider_key_rejected' });
    await expect(writing.answer(named)).rejects.toMatchObject({ code: 'provider_key_rejected' });
    expect(openai.calls.map(({ key }) => key)).toEqual([REFUSED_KEY]);
    expect(await bill()).toEqual({ calls: ['openai failed 0 0'], used: 0, reserved: 0 });
    expect(await writing.answer(order())).toMatchObject({ provider: 'groq' });
  });

  it('elsewhere without asking, once a provider failed five times in a row; speech is not held back by it', async () => {
    openai.script(...Array.from({ length: 5 }, () => ({ mode: 'server_error' as const })));
    for (let turn = 0; turn < 6; turn += 1) expect(await writing.answer(order())).toMatchObject({ provider: 'groq' });
    expect(openai.calls).toHaveLength(5);
    expect(await module.get(Circuits).refusal('openai')).toBeNull();
    const { calls } = await bill();
    expect(calls.filter((call) => call.startsWith('openai'))).toEqual(Array.from({ length: 5 }, () => 'openai failed unknown 0'));
  });

  it.each([
    ['bad_request', 'request_refused_by_writer', 'openai failed 0 0', 0],
    ['truncated', 'text_too_long', `openai failed 750 ${TOKENS}`, TOKENS],
  ] as const)('by nobody when it is the text: %s', async (mode, code, call, used) => {
    openai.script({ mode });
    await expect(writing.answer(order())).rejects.toMatchObject({ code });
    expect(groq.calls).toHaveLength(0);
    expect(await bill()).toEqual({ calls: [call], used, reserved: 0 });
  });

  it('by nobody when no tokens are left', async () => {
    workspaceId = (await makeWorkspace(database, { quotas: { tokens: 1_000 } })).id;
    await expect(writing.answer(order())).rejects.toMatchObject({ code: 'quota_exceeded', members: { resource: 'tokens' } });
    expect(await writing.answer(order({ maxOutputTokens: 100 }))).toMatchObject({ text: COUNTING });
    expect(openai.calls).toHaveLength(1);
    expect(await bill()).toMatchObject({ used: TOKENS, reserved: 0 });
  });

  it('until its order is taken back, and what was asked until then is on record', async () => {
    openai.script({ mode: 'hang' });
    const left = new AbortController();
    const answer = writing.answer(order({ signal: left.signal }));
    setTimeout(() => left.abort(new Error('nobody waits')), 200);
    await expect(answer).rejects.toThrow('nobody waits');
    expect(recorded).toEqual([expect.objectContaining({ errorKind: 'cancelled' })]);
    expect(await bill()).toEqual({ calls: ['openai failed unknown 0'], used: 0, reserved: 0 });
  });
});

describe('an answer of a shape', () => {
  it('is refused and asked for again until it has it; each call is billed', async () => {
    openai.script(
      { mode: 'ok', text: '```json\n{"n":1}\n```' },
      { mode: 'ok', text: '{"n":"1"}' },
      { mode: 'ok', text: '{"n":1}' },
    );
    const written = await writing.answerOfShape({ ...order(), schema: SCHEMA });
    expect(written).toMatchObject({ value: { n: 1 }, provider: 'openai' });
    expect(await bill()).toEqual({
      calls: [answered('openai'), answered('openai'), answered('openai')],
      used: 3 * TOKENS,
      reserved: 0,
    });
  });

  it('is another provider’s to give when one never does', async () => {
    groq.script({ mode: 'ok', text: '{"n":2}' }, { mode: 'ok', text: '{"n":2}' });
    expect(await writing.answerOfShape({ ...order(), schema: SCHEMA })).toMatchObject({ value: { n: 2 }, provider: 'groq' });
    expect(openai.calls).toHaveLength(3);
    const named = writing.answerOfShape({ ...order({ wish: { provider: 'openai' } }), schema: SCHEMA });
    await expect(named).rejects.toMatchObject({ code: 'writer_unavailable', message: expect.stringContaining('shape') });
  });
});

describe('a stream', () => {
  it('brings text and its end, and is billed at its end', async () => {
    expect(await gather(writing.stream(order()))).toEqual({ text: COUNTING, isWhole: true });
    expect(await bill()).toEqual({ calls: [answered('openai')], used: TOKENS, reserved: 0 });
  });

  it('is begun anew by another provider as long as nothing of it has come', async () => {
    openai.script({ mode: 'server_error' });
    expect(await gather(writing.stream(order()))).toEqual({ text: COUNTING, isWhole: true });
    expect(await bill()).toMatchObject({ calls: ['openai failed unknown 0', 'groq failed 0 0', answered('groq')] });
  });

  it.each(['cut_off', 'no_end', 'error_in_band'] as const)(
    'that breaks after that is an error, and nobody goes on with it: %s',
    async (mode) => {
      openai.script({ mode });
      const { text, isWhole, error } = await gather(writing.stream(order()));
      expect(text).toMatch(/^one/);
      expect(isWhole).toBe(false);
      expect(error).toMatchObject({ code: 'writer_broke_off', kind: 'unavailable' });
      expect(groq.calls).toHaveLength(0);
      expect(await bill()).toEqual({ calls: ['openai failed unknown 0'], used: 0, reserved: 0 });
    },
  );

  it('that nobody reads to its end is on record as that', async () => {
    openai.script({ mode: 'stalled' });
    for await (const piece of writing.stream(order())) {
      expect(piece).toMatchObject({ kind: 'text' });
      break;
    }
    expect(recorded).toEqual([expect.objectContaining({ outcome: 'failed', errorKind: 'cancelled' })]);
    expect(await bill()).toMatchObject({ used: 0, reserved: 0 });
  });
});

it('does as much where somebody else plays the providers', async () => {
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  await mock.start();
  const key = { OPENAI_API_KEY: 'sk-any-0123456789', GROQ_API_KEY: 'sk-any-0123456789' };
  const elsewhere = await start({ ...key, OPENAI_BASE_URL: `${mock.url}/v1`, GROQ_BASE_URL: mock.url });
  try {
    mock.nextRequestError(429, { message: 'Slower.' });
    mock.onMessage('Count to six.', { content: COUNTING }, { chunkSize: 5 });
    const written = await elsewhere.get(Writing).answer(order());
    expect(written).toMatchObject({ text: COUNTING, provider: 'groq' });
    expect(written.calls.map(({ errorKind }) => errorKind)).toEqual(['rate_limited', null]);
    expect(await gather(elsewhere.get(Writing).stream(order()))).toEqual({ text: COUNTING, isWhole: true });
  } finally {
    await elsewhere.close();
    await mock.stop();
  }
});
