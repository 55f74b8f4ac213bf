import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { VENDOR_IDS, type VendorId } from '#config';
import { OwnKeys } from '#provider-keys';
import { makeMembership } from '#testing/factories';
import {
  type SpeechDouble,
  startElevenLabsDouble,
  startGeminiDouble,
  startGroqDouble,
  startHuggingFaceDouble,
  startOpenAiDouble,
  startOpenRouterDouble,
} from '#testing/speech-doubles';
import { SealBroken } from '#vault';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

/** Every key of these tests holds this, so that one search finds whatever leaked. */
const CANARY = 'Canary7Leak';
const BAD_KEY = `sk-bad-${CANARY}-0000`;
let made = 0;

interface KeyBody {
  id: string;
  provider: string;
  lastFour: string;
  status: string;
  lastErrorCode: string | null;
  validatedAt: string;
}

let api: TestApi;
let owner: SignedInUser;
let doubles: Record<VendorId, SpeechDouble>;
const answers: string[] = [];

beforeAll(async () => {
  const [openai, groq, gemini, elevenlabs, openrouter, huggingface, deepseek] = await Promise.all([
    startOpenAiDouble(),
    startGroqDouble(),
    startGeminiDouble(),
    startElevenLabsDouble(),
    startOpenRouterDouble(),
    startHuggingFaceDouble(),
    // DeepSeek's list of models is OpenAI's.
    startOpenAiDouble(),
  ]);
  doubles = { openai, groq, gemini, elevenlabs, openrouter, huggingface, deepseek };
  api = await startTestApi({
    OPENAI_BASE_URL: `${openai.url}/v1`,
    GROQ_BASE_URL: groq.url,
    GEMINI_BASE_URL: gemini.url,
    ELEVENLABS_BASE_URL: elevenlabs.url,
    OPENROUTER_BASE_URL: `${openrouter.url}/api/v1`,
    HUGGINGFACE_BASE_URL: `${huggingface.url}/hf-inference`,
    HUGGINGFACE_HUB_URL: huggingface.url,
    DEEPSEEK_BASE_URL: `${deepseek.url}/v1`,
    POCKETSPHINX_PATH: '/nowhere',
  });
  owner = await api.register();
});
afterEach(() => Object.values(doubles).forEach((double) => double.reset()));
afterAll(async () => {
  await api?.stop();
  await Promise.all(Object.values(doubles).map((double) => double.close()));
});

async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object, headers: object = owner.headers) {
  const response = await api.app.inject({ method, url: `/api/v1/provider-keys${path}`, headers: { ...headers }, payload });
  answers.push(response.body + JSON.stringify(response.headers));
  return response;
}

/** A key that the double takes until the end of the test. */
function goodKey(provider: keyof typeof doubles = 'openai'): string {
  made += 1;
  const key = `sk-${CANARY}-${String(made).padStart(4, '0')}`;
  doubles[provider].accept(key);
  return key;
}

async function add(provider: keyof typeof doubles = 'openai', headers: object = owner.headers): Promise<KeyBody> {
  const response = await ask('POST', '', { provider, name: 'Own', apiKey: goodKey(provider) }, headers);
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json<KeyBody>();
}

async function count(workspaceId = owner.workspaceId): Promise<number> {
  const sql = 'SELECT count(*)::int AS n FROM provider_keys WHERE workspace_id = $1';
  const [row] = await api.database.asSystem((tx) => tx.query<{ n: number }>(sql, [workspaceId]));
  return row?.n ?? NaN;
}

async function audited(targetId: string): Promise<{ action: string; actor: string; details: Record<string, unknown> }[]> {
  const sql = `SELECT action, actor_kind AS actor, details FROM audit_log WHERE target_kind = 'provider_key' AND target_id = $1 ORDER BY id`;
  return api.database.asSystem((tx) => tx.query(sql, [targetId]));
}

/** The key as the worker opens it. */
async function opened(provider: VendorId, workspaceId = owner.workspaceId): Promise<string | undefined> {
  const key = await api.database.inWorkspace(workspaceId, (tx) => api.app.get(OwnKeys).open(tx, provider));
  return key?.reveal();
}

describe('bringing a key', () => {
  it.each(VENDOR_IDS)('of %s asks it first, and shows the last four alone (item 53)', async (provider) => {
    const apiKey = goodKey(provider);
    const response = await ask('POST', '', { provider, name: 'Billing', apiKey });
    expect(response.statusCode).toBe(201);
    const body = response.json<KeyBody>();
    expect(body).toEqual({
      id: expect.any(String),
      provider,
      name: 'Billing',
      lastFour: apiKey.slice(-4),
      status: 'active',
      createdBy: owner.userId,
      validatedAt: expect.any(String),
      lastUsedAt: null,
      lastErrorCode: null,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(response.headers.location).toBe(`/api/v1/provider-keys/${body.id}`);
    expect(doubles[provider].keyChecks).toEqual([apiKey]);
    expect((await ask('GET', `/${body.id}`)).json()).toEqual(body);
    expect(await opened(provider)).toBe(apiKey);
    expect(await audited(body.id)).toEqual([
      { action: 'provider_key.created', actor: 'user', details: { provider, name: 'Billing', lastFour: apiKey.slice(-4) } },
    ]);
  });

  it.each(VENDOR_IDS)('that %s refuses stores nothing, and says what was refused', async (provider) => {
    const before = await count();
    const response = await ask('POST', '', { provider, name: 'Own', apiKey: BAD_KEY });
    expect(response.json()).toMatchObject({
      status: 422,
      code: 'provider_key_refused',
      detail: expect.stringMatching(
        new RegExp(`^${provider} does not know the key.*\\((invalid_api_key|API_KEY_INVALID|http_401)\\)\\. Nothing`),
      ),
    });
    expect(response.body).not.toContain(CANARY);
    expect(await count()).toBe(before);
  });

  it.each(['server_error', 'hang_up', 'html', 'rate_limited', 'redirect'] as const)(
    'stores nothing when the provider does not say: %s',
    async (mode) => {
      const before = await count();
      const apiKey = goodKey();
      doubles.openai.script({ mode });
      const response = await ask('POST', '', { provider: 'openai', name: 'Own', apiKey });
      expect(response.json()).toMatchObject({
        status: 503,
        code: 'provider_unavailable',
        detail: expect.stringContaining('openai'),
      });
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      expect(await count()).toBe(before);
      expect(doubles.openai.otherRequests).toEqual([]);
    },
  );

  it.each<[object, string]>([
    [{ provider: 'acme' }, 'provider'],
    [{ provider: 'local' }, 'provider'],
    [{ name: '' }, 'name'],
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ apiKey: 'sk-short' }, 'apiKey'],
    [{ apiKey: `sk-with space ${CANARY}` }, 'apiKey'],
    [{ apiKey: `sk-with-line-${CANARY}\r\nx-evil: 1` }, 'apiKey'],
    [{ apiKey: 'x'.repeat(513) }, 'apiKey'],
    [{ apiKey: { $ne: '' } }, 'apiKey'],
    [{ status: 'active' }, 'status'],
    [{ workspaceId: uuidv7() }, 'workspaceId'],
    [{ lastFour: '0000' }, 'lastFour'],
  ])('is refused with %j', async (wrong, path) => {
    const response = await ask('POST', '', { provider: 'openai', name: 'Own', apiKey: goodKey(), ...wrong });
    expect(response.json()).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path }] });
    expect(response.body).not.toContain(CANARY);
    expect(doubles.openai.keyChecks).toEqual([]);
  });

  it('takes effect once with an Idempotency-Key', async () => {
    const before = await count();
    const headers = { ...owner.headers, 'idempotency-key': 'bring-it-once' };
    const payload = { provider: 'openai', name: 'Own', apiKey: goodKey() };
    const [first, again] = [await ask('POST', '', payload, headers), await ask('POST', '', payload, headers)];
    expect(again.json()).toEqual(first.json());
    expect(await count()).toBe(before + 1);
  });
});

describe('the list', () => {
  it('has pages, newest first, and a filter', async () => {
    const other = await api.register();
    const first = await add('openai', other.headers);
    const second = await add('groq', other.headers);
    const page = await ask('GET', '?limit=1', undefined, other.headers);
    expect(page.json()).toMatchObject({ data: [second], total: 2, totalPages: 2 });
    const { nextCursor } = page.json<{ nextCursor: string }>();
    expect((await ask('GET', `?limit=1&cursor=${nextCursor}`, undefined, other.headers)).json()).toMatchObject({ data: [first] });
    expect((await ask('GET', '?provider=groq', undefined, other.headers)).json()).toMatchObject({ data: [second], total: 1 });
  });
});

describe('changing a key', () => {
  it('renames and disables without asking anybody, and is recorded', async () => {
    const { id } = await add();
    doubles.openai.reset();
    expect((await ask('PATCH', `/${id}`, { name: 'Another' })).json()).toMatchObject({ name: 'Another', status: 'active' });
    expect((await ask('PATCH', `/${id}`, { status: 'disabled' })).json()).toMatchObject({ name: 'Another', status: 'disabled' });
    expect(doubles.openai.keyChecks).toEqual([]);
    expect((await audited(id)).map(({ action, details }) => [action, details]).slice(1)).toEqual([
      ['provider_key.changed', { name: 'Another' }],
      ['provider_key.changed', { status: 'disabled' }],
    ]);
  });

  it('makes active what the provider still takes, and nothing else', async () => {
    const { id } = await add();
    await ask('PATCH', `/${id}`, { status: 'disabled' });
    const good = doubles.openai.keyChecks[0] ?? '';
    doubles.openai.accept('another');
    expect((await ask('PATCH', `/${id}`, { status: 'active' })).json()).toMatchObject({ code: 'provider_key_refused' });
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({ status: 'disabled' });
    doubles.openai.accept(good);
    expect((await ask('PATCH', `/${id}`, { status: 'active' })).json()).toMatchObject({ status: 'active' });
  });

  it.each([{ status: 'rejected' }, { provider: 'groq' }, { apiKey: 'sk-0123456789abcdef' }, { lastFour: 'abcd' }, { name: '' }])(
    'is refused with %j',
    async (wrong) => {
      const { id } = await add();
      expect((await ask('PATCH', `/${id}`, wrong)).json()).toMatchObject({ status: 422, code: 'validation_failed' });
    },
  );
});

describe('replacing a key', () => {
  it('puts the new one in its place once the provider took it', async () => {
    const { id } = await add('groq');
    const apiKey = goodKey('groq');
    const response = await ask('POST', `/${id}/rotate`, { apiKey });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ id, provider: 'groq', lastFour: apiKey.slice(-4), status: 'active' });
    expect((await audited(id)).at(-1)).toMatchObject({ action: 'provider_key.rotated', details: { lastFour: apiKey.slice(-4) } });
  });

  it('changes nothing when the provider refuses the new one', async () => {
    const before = await add('groq');
    expect((await ask('POST', `/${before.id}/rotate`, { apiKey: BAD_KEY })).json()).toMatchObject({
      code: 'provider_key_refused',
    });
    expect((await ask('GET', `/${before.id}`)).json()).toEqual(before);
    expect(await audited(before.id)).toHaveLength(1);
  });

  it('by ten at once leaves one whole key', async () => {
    const user = await api.register();
    const { id } = await add('groq', user.headers);
    const keys = Array.from({ length: 10 }, () => goodKey('groq'));
    doubles.groq.accept(...keys);
    const all = await Promise.all(keys.map((apiKey) => ask('POST', `/${id}/rotate`, { apiKey }, user.headers)));
    expect(all.map(({ statusCode }) => statusCode)).toEqual(keys.map(() => 200));
    const last = await opened('groq', user.workspaceId);
    expect(keys).toContain(last);
    expect((await ask('GET', `/${id}`, undefined, user.headers)).json()).toMatchObject({ lastFour: last?.slice(-4) });
  });
});

describe('checking a key', () => {
  it('that is not kept says what the provider says, keeps nothing and is recorded', async () => {
    const before = await count();
    const apiKey = goodKey('gemini');
    const good = await ask('POST', '/validate', { provider: 'gemini', apiKey });
    expect([good.statusCode, good.json()]).toEqual([
      200,
      { provider: 'gemini', valid: true, code: null, detail: 'gemini takes the key.' },
    ]);
    const bad = await ask('POST', '/validate', { provider: 'gemini', apiKey: BAD_KEY });
    expect([bad.statusCode, bad.json()]).toMatchObject([200, { provider: 'gemini', valid: false, code: 'API_KEY_INVALID' }]);
    doubles.gemini.script({ mode: 'server_error' });
    expect((await ask('POST', '/validate', { provider: 'gemini', apiKey })).json()).toMatchObject({
      code: 'provider_unavailable',
    });
    expect(await count()).toBe(before);
    const sql = `SELECT details FROM audit_log WHERE action = 'provider_key.checked' AND workspace_id = $1 ORDER BY id`;
    expect(await api.database.asSystem((tx) => tx.query(sql, [owner.workspaceId]))).toEqual([
      { details: { provider: 'gemini', outcome: 'good' } },
      { details: { provider: 'gemini', outcome: 'refused' } },
    ]);
  });

  it('of the workspace rejects it when it is refused, and takes that back', async () => {
    const { id, validatedAt } = await add();
    const good = doubles.openai.keyChecks[0] ?? '';
    doubles.openai.accept('another');
    expect((await ask('POST', '/validate', { id })).json()).toMatchObject({ valid: false, code: 'invalid_api_key' });
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({ status: 'rejected', lastErrorCode: 'invalid_api_key' });
    doubles.openai.accept(good);
    expect((await ask('POST', '/validate', { id })).json()).toMatchObject({ valid: true });
    const after = (await ask('GET', `/${id}`)).json<KeyBody>();
    expect(after).toMatchObject({ status: 'active', lastErrorCode: null });
    expect(after.validatedAt > validatedAt).toBe(true);
  });

  it('leaves a disabled one disabled', async () => {
    const { id } = await add();
    await ask('PATCH', `/${id}`, { status: 'disabled' });
    expect((await ask('POST', '/validate', { id })).json()).toMatchObject({ valid: true });
    doubles.openai.accept('another');
    await ask('POST', '/validate', { id });
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({ status: 'disabled' });
  });

  it.each([
    {},
    { provider: 'openai' },
    { apiKey: 'sk-0123456789abcdef' },
    { id: 'none' },
    { id: uuidv7(), provider: 'openai', apiKey: 'sk-0123456789abcdef' },
  ])('is refused with %j', async (wrong) => {
    expect((await ask('POST', '/validate', wrong)).json()).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});

describe('who transcribes', () => {
  const order = async (user: SignedInUser, wish: object = {}) => {
    const payload = { audioId: uuidv7(), ...wish };
    return api.app.inject({ method: 'POST', url: '/api/v1/transcriptions', headers: user.headers, payload });
  };
  const choose = (user: SignedInUser, provider?: string) =>
    api.database.inWorkspace(user.workspaceId, (tx) => api.app.get(OwnKeys).choose(tx, { provider }));

  it('is what the workspace has keys for, where the installation has none', async () => {
    const [with_, without] = [await api.register(), await api.register()];
    await add('groq', with_.headers);
    expect((await choose(with_)).provider.id).toBe('groq');
    await expect(choose(with_, 'gemini')).rejects.toMatchObject({ code: 'provider_not_configured' });
    await expect(choose(without)).rejects.toMatchObject({ code: 'no_speech_engine' });
    expect((await order(without)).statusCode).toBe(404);
  });

  it('is nobody while the one key is rejected, the next active one otherwise', async () => {
    const user = await api.register();
    const { id } = await add('openai', user.headers);
    doubles.openai.accept('another');
    await ask('POST', '/validate', { id }, user.headers);
    await expect(choose(user)).rejects.toMatchObject({
      code: 'provider_key_rejected',
      kind: 'unprocessable',
      message: expect.stringContaining(`POST /api/v1/provider-keys/${id}/rotate`),
    });
    await add('openai', user.headers);
    expect((await choose(user)).provider.id).toBe('openai');
    expect(await opened('openai', user.workspaceId)).toMatch(new RegExp(String(made).padStart(4, '0')));
  });

  it('uses the oldest of several active keys', async () => {
    const user = await api.register();
    const [first] = [await add('openai', user.headers), await add('openai', user.headers)];
    expect((await opened('openai', user.workspaceId))?.slice(-4)).toBe(first?.lastFour);
  });
});

describe('the usage of a key', () => {
  it('is counted by day and model, failed calls besides', async () => {
    const { id } = await add();
    const ownKeys = api.app.get(OwnKeys);
    const use = { model: 'whisper-1', audioSeconds: 60, costMicroDollars: '6000', errorCode: null };
    const counted = (given: object) =>
      api.database.inWorkspace(owner.workspaceId, (tx) => ownKeys.count(tx, id, { ...use, ...given }));
    await Promise.all(Array.from({ length: 20 }, () => counted({})));
    await counted({ errorCode: 'rate_limit_exceeded', costMicroDollars: null });
    await counted({ model: 'gpt-4o-transcribe', costMicroDollars: null });
    const day = new Date().toISOString().slice(0, 10);
    expect((await ask('GET', `/${id}/usage?from=${day}&to=${day}`)).json()).toEqual({
      from: day,
      to: day,
      total: { calls: 22, failed: 1, audioSeconds: 1_260, costMicroDollars: 120_000 },
      days: [
        { day, provider: 'openai', model: 'gpt-4o-transcribe', calls: 1, failed: 0, audioSeconds: 60, costMicroDollars: null },
        { day, provider: 'openai', model: 'whisper-1', calls: 21, failed: 1, audioSeconds: 1_200, costMicroDollars: 120_000 },
      ],
    });
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({
      lastUsedAt: expect.any(String),
      lastErrorCode: 'rate_limit_exceeded',
    });
    expect((await ask('GET', `/${id}/usage?to=2020-01-30`)).json()).toMatchObject({
      from: '2020-01-01',
      total: { calls: 0, costMicroDollars: null },
      days: [],
    });
    await api.database.inWorkspace(owner.workspaceId, (tx) => ownKeys.count(tx, uuidv7(), use));
  });

  it.each(['from=2026-02-30', 'from=yesterday', 'from=2026-03-02&to=2026-03-01', 'from=2020-01-01&to=2026-01-01'])(
    'is refused for %s',
    async (query) => {
      const { id } = await add();
      expect((await ask('GET', `/${id}/usage?${query}`)).json()).toMatchObject({ status: 422, code: 'validation_failed' });
    },
  );
});

describe('deleting a key', () => {
  it('removes its secret and its usage, and is recorded', async () => {
    const { id } = await add();
    const use = { model: 'whisper-1', audioSeconds: 1, costMicroDollars: null, errorCode: null };
    await api.database.inWorkspace(owner.workspaceId, (tx) => api.app.get(OwnKeys).count(tx, id, use));
    expect((await ask('DELETE', `/${id}`)).statusCode).toBe(204);
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({ status: 404, code: 'provider_key_not_found' });
    expect((await ask('DELETE', `/${id}`)).statusCode).toBe(404);
    expect((await audited(id)).at(-1)).toMatchObject({ action: 'provider_key.deleted', details: { provider: 'openai' } });
  });
});

describe('access', () => {
  it.each([
    ['viewer', 403],
    ['member', 403],
    ['admin', 200],
  ] as const)('a %s gets %i', async (role, status) => {
    const user = await api.register();
    await makeMembership(api.database, owner.workspaceId, user.userId, role);
    const headers = { ...user.headers, 'x-workspace-id': owner.workspaceId };
    expect((await ask('GET', '', undefined, headers)).statusCode).toBe(status);
    const check = await ask('POST', '/validate', { provider: 'openai', apiKey: goodKey() }, headers);
    expect(check.statusCode).toBe(status);
    expect(doubles.openai.keyChecks).toHaveLength(status === 200 ? 1 : 0);
  });

  it('another workspace’s key is not there for anybody else, and opens nowhere else (item 47)', async () => {
    const stranger = await api.register();
    const { id } = await add('openai', stranger.headers);
    const theirs = { apiKey: goodKey() };
    for (const [method, path, payload] of [
      ['GET', `/${id}`, undefined],
      ['PATCH', `/${id}`, { name: 'Mine' }],
      ['PATCH', `/${id}`, { status: 'active' }],
      ['DELETE', `/${id}`, undefined],
      ['POST', `/${id}/rotate`, theirs],
      ['POST', '/validate', { id }],
      ['GET', `/${id}/usage`, undefined],
    ] as const)
      expect((await ask(method, path, payload)).json()).toMatchObject({ status: 404, code: 'provider_key_not_found' });
    expect(doubles.openai.keyChecks).toHaveLength(1);
    const seen = await api.database.inWorkspace(owner.workspaceId, (tx) =>
      tx.query('SELECT id FROM provider_keys WHERE workspace_id = $1', [stranger.workspaceId]),
    );
    expect(seen).toEqual([]);
  });

  it('a secret moved to another row does not open there (item 47)', async () => {
    const user = await api.register();
    const [first, second] = [await add('openai', user.headers), await add('groq', user.headers)];
    await api.database.asSystem((tx) =>
      tx.execute('UPDATE provider_keys t SET sealed = o.sealed FROM provider_keys o WHERE t.id = $1 AND o.id = $2', [
        first.id,
        second.id,
      ]),
    );
    await expect(opened('openai', user.workspaceId)).rejects.toThrow(SealBroken);
    expect((await ask('POST', '/validate', { id: first.id }, user.headers)).json()).toMatchObject({ code: 'internal_error' });
  });
});

describe('afterwards', () => {
  it('no answer, no line of the log and no row holds a key (items 53, 56)', async () => {
    expect(made).toBeGreaterThan(20);
    expect(answers.filter((answer) => answer.includes(CANARY))).toEqual([]);
    expect(JSON.stringify(api.logged)).not.toContain(CANARY);
    const sight = new Client({ connectionString: api.databaseUrl });
    await sight.connect();
    const { rows: tables } = await sight.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['public.provider_keys', 'public.audit_log', 'bullmq.job']),
    );
    for (const { name } of tables) {
      const inHex = Buffer.from(CANARY).toString('hex');
      const found = await sight.query(`SELECT FROM ${name} AS t WHERE to_jsonb(t)::text ~ $1`, [`${CANARY}|${inHex}`]);
      expect([name, found.rowCount]).toEqual([name, 0]);
    }
    await sight.end();
  });
});
