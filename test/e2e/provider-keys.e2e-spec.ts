import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { DOUBLE_KEY, type SpeechDouble, startGroqDouble, startOpenRouterDouble } from '#testing/speech-doubles';
import type { Client } from './client.js';
import { shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

/** Every own key of these tests holds this, so that one search finds whatever leaked. */
const CANARY = 'Canary7Leak';
let made = 0;

interface ProviderKey {
  id: string;
  status: string;
  lastErrorCode: string | null;
  lastUsedAt: string | null;
}

describeWith(['postgres'], 'a workspace’s own key', () => {
  let stack: Stack;
  let groq: SpeechDouble;
  let openRouter: SpeechDouble;
  let recording: string;

  beforeAll(async () => {
    [groq, openRouter] = await Promise.all([startGroqDouble(), startOpenRouterDouble()]);
    stack = await startStack({ env: { GROQ_BASE_URL: groq.url, OPENROUTER_BASE_URL: `${openRouter.url}/api/v1` } });
    recording = shortRecording(stack.files);
  });
  afterEach(() => {
    stack.provider.reset();
    stack.provider.always({ mode: 'ok', text: SPOKEN });
    groq.reset();
  });
  afterAll(async () => {
    await stack?.stop();
    await groq?.close();
    await openRouter?.close();
  });

  function newKey(): string {
    made += 1;
    return `sk-${CANARY}-${String(made).padStart(4, '0')}`;
  }

  /** Keys the double takes besides the installation's. */
  function accept(...keys: string[]): void {
    stack.provider.accept(DOUBLE_KEY, ...keys);
  }

  async function bring(client: Client, apiKey: string, provider = 'openai'): Promise<ProviderKey> {
    return client.json('POST', '/api/v1/provider-keys', { provider, name: 'Own', apiKey });
  }

  async function keyOf(client: Client, id: string): Promise<ProviderKey> {
    return client.json('GET', `/api/v1/provider-keys/${id}`);
  }

  function keysUsed(double: SpeechDouble = stack.provider): (string | undefined)[] {
    return double.calls.map(({ key }) => key);
  }

  it('is what its work is done with; others work with the installation’s', async () => {
    const [client, other] = [await stack.client(), await stack.client()];
    const apiKey = newKey();
    accept(apiKey);
    const { id } = await bring(client, apiKey);
    const own = await client.transcribe(recording);
    expect(await client.waitUntilFinished(own.id)).toMatchObject({ status: 'completed', text: SPOKEN });
    expect(keysUsed()).toEqual([apiKey]);
    const theirs = await other.transcribe(recording);
    await other.waitUntilFinished(theirs.id);
    expect(keysUsed()).toEqual([apiKey, DOUBLE_KEY]);

    const usage = await client.json<{ total: object; days: object[] }>('GET', `/api/v1/provider-keys/${id}/usage`);
    expect(usage.total).toMatchObject({ calls: 1, failed: 0 });
    expect(usage.days).toMatchObject([{ provider: 'openai', model: 'whisper-1', calls: 1 }]);
    expect((await keyOf(client, id)).lastUsedAt).not.toBeNull();
    const attempts = await stack.query<{ own: string | null }>(
      'SELECT provider_key_id AS own FROM transcription_attempts WHERE transcription_id IN ($1, $2) ORDER BY id',
      [own.id, theirs.id],
    );
    expect(attempts.map(({ own: used }) => used)).toEqual([id, null]);
  });

  it('serves a provider that the installation has no key of', async () => {
    const client = await stack.client();
    const audio = await client.upload(recording);
    const order = { audioId: audio.id, provider: 'groq' };
    const refused = await client.send('POST', '/api/v1/transcriptions', order);
    expect(await refused.json()).toMatchObject({ status: 422, code: 'provider_not_configured' });
    const apiKey = newKey();
    groq.accept(apiKey);
    await bring(client, apiKey, 'groq');
    const { id } = await client.json<{ id: string }>('POST', '/api/v1/transcriptions', order);
    expect((await client.waitUntilFinished(id)).status).toBe('completed');
    expect(keysUsed(groq)).toEqual([apiKey]);
  });

  it('costs what its provider says it does, whatever the table', async () => {
    const client = await stack.client();
    const apiKey = newKey();
    openRouter.accept(apiKey);
    await bring(client, apiKey, 'openrouter');
    const audio = await client.upload(recording);
    const order = { audioId: audio.id, provider: 'openrouter' };
    const { id } = await client.json<{ id: string }>('POST', '/api/v1/transcriptions', order);
    expect((await client.waitUntilFinished(id)).status).toBe('completed');
    const sent = openRouter.calls.reduce((seconds, call) => seconds + call.seconds, 0);
    const { models } = await client.json<{ models: object[] }>('GET', '/api/v1/providers/performance');
    expect(models).toMatchObject([{ provider: 'openrouter', calls: 1, failed: 0, costMicroDollars: Math.round(sent * 100) }]);
  });

  it('that its provider refuses ends the work; nothing moves to the installation’s by itself', async () => {
    const client = await stack.client();
    const [apiKey, next] = [newKey(), newKey()];
    accept(apiKey);
    const { id } = await bring(client, apiKey);
    accept();
    const lost = await client.transcribe(recording);
    expect(await client.waitUntilFinished(lost.id)).toMatchObject({
      status: 'failed',
      error: { code: 'provider_key_rejected', detail: expect.stringContaining(`/api/v1/provider-keys/${id}/rotate`) },
    });
    expect(keysUsed()).toEqual([apiKey]);
    expect(await keyOf(client, id)).toMatchObject({ status: 'rejected', lastErrorCode: 'invalid_api_key' });
    const audio = await client.upload(recording);
    const again = await client.send('POST', '/api/v1/transcriptions', { audioId: audio.id });
    expect(await again.json()).toMatchObject({ status: 422, code: 'provider_key_rejected' });
    expect(keysUsed()).toEqual([apiKey]);
    const recorded = await stack.query(
      `SELECT actor_kind AS actor, details FROM audit_log WHERE action = 'provider_key.rejected' AND target_id = $1`,
      [id],
    );
    expect(recorded).toMatchObject([{ actor: 'system', details: { provider: 'openai', code: 'invalid_api_key' } }]);

    accept(next);
    await client.json('POST', `/api/v1/provider-keys/${id}/rotate`, { apiKey: next });
    const { id: ordered } = await client.json<{ id: string }>('POST', '/api/v1/transcriptions', { audioId: audio.id });
    expect((await client.waitUntilFinished(ordered)).status).toBe('completed');
    expect(keysUsed()).toEqual([apiKey, next]);
  });

  it('waits when its provider asks to, and stays in use', async () => {
    const client = await stack.client();
    const apiKey = newKey();
    accept(apiKey);
    const { id } = await bring(client, apiKey);
    stack.provider.script({ mode: 'rate_limited', retryAfter: '2' });
    const { id: ordered } = await client.transcribe(recording);
    expect((await client.waitUntilFinished(ordered)).status).toBe('completed');
    expect(keysUsed()).toEqual([apiKey, apiKey]);
    expect(await keyOf(client, id)).toMatchObject({ status: 'active', lastErrorCode: 'rate_limit_exceeded' });
  });

  it('that is replaced while a call runs serves that call to its end', async () => {
    const client = await stack.client();
    const [apiKey, next] = [newKey(), newKey()];
    accept(apiKey, next);
    const { id } = await bring(client, apiKey);
    stack.provider.script({ mode: 'ok', delayMs: 2_000 });
    const { id: ordered } = await client.transcribe(recording);
    while (keysUsed().length === 0) await sleep(10);
    await client.json('POST', `/api/v1/provider-keys/${id}/rotate`, { apiKey: next });
    expect((await client.waitUntilFinished(ordered)).status).toBe('completed');
    expect(keysUsed()).toEqual([apiKey]);
  });

  it('that is refused because it was replaced meanwhile is not held against the new one', async () => {
    const client = await stack.client();
    const [apiKey, next] = [newKey(), newKey()];
    accept(apiKey, next);
    const { id } = await bring(client, apiKey);
    stack.provider.script({ mode: 'unauthorized', delayMs: 2_000 });
    const { id: ordered } = await client.transcribe(recording);
    while (keysUsed().length === 0) await sleep(10);
    await client.json('POST', `/api/v1/provider-keys/${id}/rotate`, { apiKey: next });
    expect((await client.waitUntilFinished(ordered)).status).toBe('completed');
    expect(keysUsed()).toEqual([apiKey, next]);
    expect((await keyOf(client, id)).status).toBe('active');
  });

  it('stands in no line of any log and in no row (items 53, 56)', async () => {
    expect(made).toBeGreaterThan(7);
    for (const process of stack.processes) expect(process.output()).not.toContain(CANARY);
    const tables = await stack.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const pattern = `${CANARY}|${Buffer.from(CANARY).toString('hex')}`;
      expect([name, await stack.query(`SELECT 1 FROM ${name} AS t WHERE to_jsonb(t)::text ~ $1`, [pattern])]).toEqual([name, []]);
    }
  });
});
