import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { TranscriptionAttempt } from '#database';
import { makeAudio, makeTranscription } from '#testing/factories';
import { startGroqDouble, type SpeechDouble } from '#testing/speech-doubles';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface Provider {
  id: string;
  usable: boolean;
  key: string | null;
  hint: string | null;
  models: {
    id: string;
    languages: string[] | null;
    price: { microDollarsPerMinute: number | null; source: string; date: string };
  }[];
}
interface Health {
  id: string;
  state: string;
}

const OWN_KEY = 'gsk-of-a-workspace-9876543210';

let api: TestApi;
let groq: SpeechDouble;
let user: SignedInUser;
beforeAll(async () => {
  groq = await startGroqDouble();
  api = await startTestApi({
    ...NO_VENDORS,
    GROQ_BASE_URL: groq.url,
    ELEVENLABS_API_KEY: 'sk_of_the_installation',
    POCKETSPHINX_PATH: '/nowhere',
  });
});
afterAll(async () => {
  await api?.stop();
  await groq?.close();
});
// A workspace of its own for each test: they are told apart by their calls.
beforeEach(async () => {
  user = await api.register();
});

async function get<T>(path: string, headers = user.headers): Promise<T> {
  const response = await api.app.inject({ url: `/api/v1/providers${path}`, headers });
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<T>();
}

async function bringKey(): Promise<void> {
  groq.accept(OWN_KEY);
  const payload = { provider: 'groq', name: 'Own', apiKey: OWN_KEY };
  const response = await api.app.inject({ method: 'POST', url: '/api/v1/provider-keys', headers: user.headers, payload });
  if (response.statusCode !== 201) throw new Error(response.body);
}

/** Calls of the workspace, the last one the newest. */
async function makeCalls(calls: Partial<TranscriptionAttempt>[], daysAgo = 0, { workspaceId } = user): Promise<void> {
  const { id: audioId } = await makeAudio(api.database, workspaceId);
  const { id: transcriptionId } = await makeTranscription(api.database, workspaceId, { audioId });
  const now = Date.now() - daysAgo * 86_400_000;
  const rows = calls.map((call, chunkIndex) => ({
    ...{ id: uuidv7(), workspaceId, transcriptionId, generation: 1, chunkIndex, provider: 'groq', model: 'whisper-large-v3' },
    ...{ outcome: call.errorKind ? ('failed' as const) : ('answered' as const), errorKind: null, providerRequestId: null },
    ...{ latencyMs: 1000, audioSeconds: 60, costMicroDollars: null, providerKeyId: null, installationKeyId: null, answer: null },
    createdAt: new Date(now - (calls.length - chunkIndex) * 1000),
    ...call,
  }));
  await api.database.asSystem((tx) => tx.manager.insert(TranscriptionAttempt, rows));
}

const healthOf = async (id: string) => (await get<{ providers: Health[] }>('/health')).providers.find((one) => one.id === id);

describe('GET providers', () => {
  it('lists every provider in the order of preference, with whose key work is done', async () => {
    await bringKey();
    const { providers } = await get<{ providers: Provider[] }>('');
    expect(providers.map(({ id, usable, key }) => [id, usable, key])).toEqual([
      ['openai', false, null],
      ['groq', true, 'workspace'],
      ['gemini', false, null],
      ['elevenlabs', true, 'server'],
      ['openrouter', false, null],
      ['huggingface', false, null],
    ]);
    const hints = Object.fromEntries(providers.map(({ id, hint }) => [id, hint]));
    expect(hints).toMatchObject({ groq: null, elevenlabs: null, huggingface: expect.stringContaining('HUGGINGFACE_API_KEY') });
  });

  it('gives each price with its source and date, and an unknown one as null, never as nothing', async () => {
    const { providers } = await get<{ providers: Provider[] }>('');
    const prices = providers.flatMap(({ models }) => models.map(({ price }) => price));
    expect(prices.length).toBeGreaterThan(10);
    for (const { microDollarsPerMinute, source, date } of prices) {
      expect(microDollarsPerMinute).not.toBe(0);
      expect(source).toMatch(/^https:/);
      expect(date).toMatch(/^20\d\d-\d\d/);
    }
    const known = providers.find(({ id }) => id === 'huggingface')?.models.map(({ price }) => price.microDollarsPerMinute);
    expect(known).toEqual([null, null]);
  });

  it('does not take a key that was refused for one that works', async () => {
    await bringKey();
    const sql = `UPDATE provider_keys SET status = 'rejected' WHERE workspace_id = $1`;
    await api.database.asSystem((tx) => tx.execute(sql, [user.workspaceId]));
    const { providers } = await get<{ providers: Provider[] }>('');
    expect(providers.find(({ id }) => id === 'groq')).toMatchObject({
      usable: false,
      key: 'workspace',
      hint: expect.stringContaining("refuses the workspace's own key"),
    });
    expect(await healthOf('groq')).toMatchObject({ state: 'failing', keyRejected: true });
  });
});

describe('GET providers/health', () => {
  it('tells from the calls of the last hour how each does', async () => {
    await bringKey();
    expect(await healthOf('groq')).toEqual({
      ...{ id: 'groq', state: 'unknown', key: 'workspace', keyRejected: false, circuit: 'closed', calls: 0, failed: 0 },
      ...{ lastAnsweredAt: null, lastFailedAt: null, lastError: null },
    });
    await makeCalls([{}, { errorKind: 'rate_limited' }, {}], 0.01);
    expect(await healthOf('groq')).toMatchObject({
      ...{ state: 'degraded', calls: 3, failed: 1, lastError: 'rate_limited' },
      lastAnsweredAt: expect.stringMatching(/^20/),
      lastFailedAt: expect.stringMatching(/^20/),
    });
    await makeCalls(Array.from({ length: 25 }, () => ({})));
    expect(await healthOf('groq')).toMatchObject({ state: 'ok', calls: 20, failed: 0 });
    expect(await healthOf('openai')).toMatchObject({ state: 'unconfigured', key: null });
    expect(await healthOf('elevenlabs')).toMatchObject({ state: 'unknown', key: 'server' });
  });

  it('sees neither older calls nor those of others', async () => {
    await bringKey();
    const other = await api.register();
    const failures = Array.from({ length: 6 }, () => ({ errorKind: 'unavailable' }));
    await makeCalls(failures, 1);
    await makeCalls(failures, 0, other);
    expect(await healthOf('groq')).toMatchObject({ state: 'unknown', calls: 0 });
  });
});

describe('GET providers/performance', () => {
  it('reckons failures, latency, speed and cost by model', async () => {
    await makeCalls([
      ...[1000, 2000, 3000, 4000, 5000].map((latencyMs) => ({ latencyMs, costMicroDollars: '1850' })),
      { errorKind: 'rate_limited', latencyMs: 50 },
      { errorKind: 'rate_limited', latencyMs: 50 },
      { errorKind: 'unavailable', latencyMs: 90_000 },
      { errorKind: 'cancelled' },
    ]);
    await makeCalls([{ provider: 'huggingface', model: 'openai/whisper-large-v3' }]);
    await makeCalls([{ provider: 'openai', model: 'whisper-1', errorKind: 'auth' }]);
    const { since, models } = await get<{ since: string; models: object[] }>('/performance');
    expect(Date.now() - Date.parse(since)).toBeGreaterThanOrEqual(7 * 86_400_000);
    expect(models).toEqual([
      {
        ...{ provider: 'groq', model: 'whisper-large-v3', calls: 9, cancelled: 1, failed: 3, errorRate: 0.375 },
        ...{ failedByKind: { rate_limited: 2, unavailable: 1 }, latencyMs: { p50: 3000, p95: 4800 } },
        ...{ audioSeconds: 300, timesRealTime: 20, costMicroDollars: 9250, microDollarsPerHour: 111_000 },
      },
      {
        ...{ provider: 'huggingface', model: 'openai/whisper-large-v3', calls: 1, cancelled: 0, failed: 0, errorRate: 0 },
        ...{ failedByKind: {}, latencyMs: { p50: 1000, p95: 1000 }, audioSeconds: 60, timesRealTime: 60 },
        ...{ costMicroDollars: null, microDollarsPerHour: null },
      },
      {
        ...{ provider: 'openai', model: 'whisper-1', calls: 1, cancelled: 0, failed: 1, errorRate: 1, failedByKind: { auth: 1 } },
        ...{ latencyMs: null, audioSeconds: 0, timesRealTime: null, costMicroDollars: null, microDollarsPerHour: null },
      },
    ]);
  });

  it('counts the days it is asked for, and nobody else’s calls', async () => {
    const other = await api.register();
    await makeCalls([{}], 0, other);
    await makeCalls([{}], 10);
    expect((await get<{ models: object[] }>('/performance')).models).toEqual([]);
    expect((await get<{ models: object[] }>('/performance?days=11')).models).toHaveLength(1);
  });

  it.each(['days=0', 'days=367', 'days=x', 'days=1.5', 'since=2026-01-01'])('refuses %s', async (query) => {
    const response = await api.app.inject({ url: `/api/v1/providers/performance?${query}`, headers: user.headers });
    expect(response.json()).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});
