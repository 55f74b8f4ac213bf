import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { CallCounts } from '#rate-limits';
import { readOwnQuotas } from '#quota';
import { WorkspacePlans } from '#identity';
import { ChangeFeed } from '#database';
import { AuditLog } from '#audit';
import { makeAudio } from '#testing/factories';
import { UsageRecords } from '#usage';
import { wavOf } from './recording.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface Quota {
  resource: string;
  limit: number | null;
  used: number;
  reserved: number;
  left: number | null;
  resetAt: string | null;
}

let api: TestApi;
beforeAll(async () => {
  // A model that is there in name: nothing is transcribed here.
  api = await startTestApi({ OPENAI_API_KEY: 'sk-of-nobody', QUOTA_PLANS: 'free.storage=1,free.calls=30' });
});
afterAll(() => api.stop());

async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, user: SignedInUser, payload?: object) {
  return api.app.inject({ method, url: `/api/v1/${path}`, headers: user.headers, ...(payload === undefined ? {} : { payload }) });
}

async function quotaOf(user: SignedInUser, resource: string): Promise<Quota | undefined> {
  const response = await ask('GET', 'usage/quotas', user);
  return response.json<{ quotas: Quota[] }>().quotas.find((quota) => quota.resource === resource);
}

describe('quotas', () => {
  it('of a free plan are all there, with what is left and when they begin anew', async () => {
    const user = await api.register();
    const response = await ask('GET', 'usage/quotas', user);
    expect(response.json()).toMatchObject({
      plan: 'free',
      quotas: [
        { resource: 'storage', unit: 'bytes', limit: 1_000_000, used: 0, left: 1_000_000, resetAt: null },
        { resource: 'processing', unit: 'seconds', limit: 3_600, resetAt: expect.stringMatching(/-01T00:00:00.000Z$/) },
        { resource: 'transcription', unit: 'seconds', limit: 1_800 },
        { resource: 'calls', unit: 'calls', limit: 30 },
        { resource: 'tokens', unit: 'tokens', limit: 50_000 },
      ],
    });
  });

  it('set aside what is ordered, refuse with 429 what is not left, and get back what is cancelled', async () => {
    const user = await api.register();
    const [audio, long] = [
      await makeAudio(api.database, user.workspaceId, { claimedSeconds: 1_000 }),
      await makeAudio(api.database, user.workspaceId, { claimedSeconds: 900 }),
    ];
    const estimated = await ask('POST', 'transcriptions/estimate', user, { audioId: audio.id });
    expect(estimated.json()).toMatchObject({
      seconds: 1_000,
      fits: true,
      quotas: [{ needed: 1_000 }, { needed: 1_000, left: 1_800 }],
    });
    const ordered = await ask('POST', 'transcriptions', user, { audioId: audio.id });
    expect(ordered.statusCode).toBe(202);
    expect(await quotaOf(user, 'transcription')).toMatchObject({ used: 0, reserved: 1_000, left: 800 });
    expect((await ask('POST', 'transcriptions/estimate', user, { seconds: 900 })).json()).toMatchObject({ fits: false });
    const refused = await ask('POST', 'transcriptions', user, { audioId: long.id });
    expect([refused.statusCode, refused.json()]).toMatchObject([
      429,
      { code: 'quota_exceeded', resource: 'transcription', limit: 1_800, used: 0, reserved: 1_000, requested: 900 },
    ]);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused.json<{ resetAt: string }>().resetAt).toMatch(/-01T00:00:00.000Z$/);
    const batch = await ask('POST', 'transcriptions/batch', user, { items: [{ audioId: long.id }, { audioId: uuidv7() }] });
    expect(batch.json()).toMatchObject({ results: [{ status: 429 }, { status: 404 }] });
    await ask('POST', `transcriptions/${ordered.json<{ id: string }>().id}/cancel`, user);
    expect(await quotaOf(user, 'transcription')).toMatchObject({ used: 0, reserved: 0 });
    expect((await ask('POST', 'transcriptions', user, { audioId: long.id })).statusCode).toBe(202);
  });

  it('hold of what is ordered many times at once as much as there is', async () => {
    const user = await api.register();
    const { id: audioId } = await makeAudio(api.database, user.workspaceId, { claimedSeconds: 500 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('POST', 'transcriptions', user, { audioId })));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(3);
    expect(await quotaOf(user, 'transcription')).toMatchObject({ reserved: 1_500 });
  });

  it('count what is stored until it is deleted, and refuse what there is no room for', async () => {
    const user = await api.register();
    const form = wavOf(uuidv7());
    const upload = () =>
      api.app.inject({
        method: 'POST',
        url: '/api/v1/audio/upload',
        headers: { ...user.headers, ...form.headers },
        payload: form.payload,
      });
    const { id, bytes } = (await upload()).json<{ id: string; bytes: number }>();
    expect(await quotaOf(user, 'storage')).toMatchObject({ used: bytes });
    await ask('DELETE', `audio/${id}`, user);
    expect(await quotaOf(user, 'storage')).toMatchObject({ used: 0 });
    const limit = JSON.stringify({ storage: bytes - 1 });
    await api.database.asSystem((tx) => tx.execute('UPDATE workspaces SET quotas = $2 WHERE id = $1', [user.workspaceId, limit]));
    const refused = await upload();
    expect([refused.statusCode, refused.json()]).toMatchObject([
      429,
      { code: 'quota_exceeded', resource: 'storage', requested: bytes },
    ]);
    expect((await ask('GET', 'audio', user)).json()).toMatchObject({ data: [] });
    const begun = await ask('POST', 'uploads', user, { name: 'talk.wav', bytes });
    expect(begun.json()).toMatchObject({ code: 'quota_exceeded' });
  });

  it('count both tracks of recordings that were joined', async () => {
    const user = await api.register();
    const upload = async (): Promise<{ id: string; bytes: number }> => {
      const { headers, payload } = wavOf(uuidv7());
      const request = { method: 'POST' as const, url: '/api/v1/audio/upload', headers: { ...user.headers, ...headers }, payload };
      return (await api.app.inject(request)).json();
    };
    const [first, second] = [await upload(), await upload()];
    const joined = await ask('POST', `audio/${first.id}/second-track`, user, { audioId: second.id });
    expect(joined.statusCode).toBeLessThan(300);
    expect(await quotaOf(user, 'storage')).toMatchObject({ used: first.bytes + second.bytes });
    await ask('DELETE', `audio/${first.id}`, user);
    expect(await quotaOf(user, 'storage')).toMatchObject({ used: 0 });
  });

  it('of calls are counted once, however often totals come, and refuse all but the routes that show them', async () => {
    const user = await api.register();
    for (let turn = 0; turn < 12; turn += 1) await ask('GET', 'audio', user);
    await api.app.get(CallCounts).flush();
    await api.app.get(CallCounts).flush();
    expect(await quotaOf(user, 'calls')).toMatchObject({ used: 12 });
    for (let turn = 0; turn < 18; turn += 1) await ask('GET', 'audio', user);
    await api.app.get(CallCounts).flush();
    const refused = await ask('GET', 'audio', user);
    expect([refused.statusCode, refused.json()]).toMatchObject([429, { code: 'quota_exceeded', resource: 'calls', limit: 30 }]);
    expect(await quotaOf(user, 'calls')).toMatchObject({ limit: 30, left: 0 });
    expect((await ask('GET', 'usage', user)).statusCode).toBe(200);
  });
});

describe('a plan', () => {
  it('is changed by whoever has the database, with quotas of the workspace’s own, and recorded', async () => {
    const user = await api.register();
    const plans = new WorkspacePlans(api.database, api.app.get(AuditLog), api.app.get(ChangeFeed));
    expect(await plans.set(user.workspaceId, 'custom', readOwnQuotas(['transcription=2']))).toBe('free');
    expect(await quotaOf(user, 'transcription')).toMatchObject({ limit: 120 });
    expect(await quotaOf(user, 'tokens')).toMatchObject({ limit: null, left: null });
    expect(await plans.set(uuidv7(), 'pro', {})).toBeNull();
    const log = await ask('GET', `workspaces/${user.workspaceId}/audit-log`, user);
    expect(log.json()).toMatchObject({
      data: [{ action: 'workspace.plan_changed', details: { before: 'free', transcription: 120_000 } }, {}, {}],
    });
  });
});

describe('usage', () => {
  const call = (user: SignedInUser, given: object = {}) => ({
    id: uuidv7(),
    workspaceId: user.workspaceId,
    subjectId: uuidv7(),
    userId: user.userId,
    apiKeyId: null,
    providerKeyId: null,
    installationKeyId: null,
    provider: 'openai',
    model: 'whisper-1',
    outcome: 'answered' as const,
    errorKind: null,
    audioSeconds: 60,
    costMicroDollars: '6000',
    ...given,
  });
  const today = () => new Date().toISOString().slice(0, 10);

  async function userWithCalls(): Promise<SignedInUser> {
    const user = await api.register();
    await api.database.inWorkspace(user.workspaceId, async (tx) => {
      const records = api.app.get(UsageRecords);
      await records.record(tx, call(user));
      await records.record(tx, call(user, { audioSeconds: 30.5, costMicroDollars: null }));
      await records.record(tx, call(user, { model: '=cmd()', costMicroDollars: '1' }));
      await records.record(tx, call(user, { outcome: 'failed', errorKind: 'rate_limited', costMicroDollars: null }));
      await records.record(tx, call(user, { outcome: 'failed', errorKind: 'cancelled', costMicroDollars: null }));
    });
    return user;
  }

  it('is the sum of the calls, told apart as wished; what nobody knows the cost of is counted apart', async () => {
    const user = await userWithCalls();
    const total = { calls: 5, failed: 2, audioSeconds: 150.5, costMicroDollars: 6_001, unknownCostCalls: 2 };
    const response = await ask('GET', 'usage?groupBy=day,model', user);
    expect(response.json()).toMatchObject({
      to: today(),
      total,
      groups: [
        { day: today(), model: '=cmd()', calls: 1 },
        { day: today(), model: 'whisper-1', calls: 4, costMicroDollars: 6_000 },
      ],
    });
    const report = await ask('GET', `usage/reports/${today().slice(0, 7)}`, user);
    expect(report.json()).toMatchObject({
      total,
      byDay: [total],
      byUser: [{ userId: user.userId, ...total }],
      byApiKey: [{ apiKeyId: null }],
    });
    const before = await ask('GET', 'usage?from=2026-01-01&to=2026-01-31', user);
    expect(before.json()).toMatchObject({ total: { calls: 0, costMicroDollars: 0 }, groups: [] });
  });

  it('comes as a file in which nothing is a formula', async () => {
    const user = await userWithCalls();
    const csv = await ask('GET', 'usage/export?format=csv', user);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body.split('\r\n')).toEqual([
      'day,userId,apiKeyId,providerKeyId,installationKeyId,provider,model,calls,failed,audioSeconds,inputTokens,outputTokens,costMicroDollars,unknownCostCalls',
      `${today()},${user.userId},,,,openai,'=cmd(),1,0,60,0,0,1,0`,
      `${today()},${user.userId},,,,openai,whisper-1,4,2,90.5,0,0,6000,2`,
      '',
    ]);
    const json = await ask('GET', 'usage/export', user);
    expect(json.json()).toMatchObject([{ model: '=cmd()' }, { calls: 4, unknownCostCalls: 2 }]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('is no formula in a file where a model is called %j', async (model) => {
    const user = await api.register();
    await api.database.inWorkspace(user.workspaceId, (tx) => api.app.get(UsageRecords).record(tx, call(user, { model })));
    const { body } = await ask('GET', 'usage/export?format=csv', user);
    expect(body).toContain(`,openai,'${model},`);
  });

  it('tells tokens of text, and the keys of the installation, apart', async () => {
    const user = await api.register();
    const installationKeyId = uuidv7();
    await api.database.inWorkspace(user.workspaceId, async (tx) => {
      const text = { model: 'gpt-5.4-mini', audioSeconds: 0, tokens: { input: 900, output: 60 } };
      await api.app.get(UsageRecords).record(tx, call(user, { ...text, installationKeyId }));
      await api.app.get(UsageRecords).record(tx, call(user, text));
    });
    expect((await ask('GET', 'usage?groupBy=installationKey', user)).json()).toMatchObject({
      total: { calls: 2, inputTokens: 1_800, outputTokens: 120, audioSeconds: 0 },
      groups: [
        { installationKeyId, inputTokens: 900 },
        { installationKeyId: null, outputTokens: 60 },
      ],
    });
  });

  it.each(['usage?from=2026-02-30', 'usage?from=2026-02-02&to=2026-02-01', 'usage?groupBy=colour', 'usage/reports/2026-13'])(
    'refuses %s',
    async (path) => {
      const user = await api.register();
      expect((await ask('GET', path, user)).json()).toMatchObject({ code: 'validation_failed' });
    },
  );
});

describe('the time zone of a workspace', () => {
  it('is one that there is', async () => {
    const user = await api.register();
    const path = `workspaces/${user.workspaceId}`;
    expect((await ask('PATCH', path, user, { timezone: 'Europe/Berlin' })).json()).toMatchObject({ timezone: 'Europe/Berlin' });
    expect((await ask('PATCH', path, user, { timezone: 'Mars/Olympus' })).json()).toMatchObject({ code: 'validation_failed' });
    const quota = await quotaOf(user, 'tokens');
    expect(quota?.resetAt).toMatch(/T2[23]:00:00.000Z$/);
  });
});
