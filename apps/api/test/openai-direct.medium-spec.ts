import { createHook } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type FSWatcher, mkdtempSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AudioObjects } from '#audio';
import { QuotaLedger, StoredBytes } from '#quota';
import { Reconciliation } from '#reconciliation';
import { Attempts } from '#transcription';
import { UsageRecords } from '#usage';
import { wav } from '#testing/recordings';
import { DOUBLE_KEY } from '#testing/speech-doubles';
import { type OpenAiApi, startOpenAiApi, tone } from './openai.fixture.js';

const home = mkdtempSync(join(tmpdir(), 'steno-openai-'));

let openai: OpenAiApi;
beforeAll(async () => {
  openai = await startOpenAiApi({ STENO_HOME: home, QUOTA_PLANS: 'free.transcription=30' });
});
afterEach(() => openai.provider.reset());
afterAll(() => openai.stop());

interface Period {
  used: number;
  reserved: number;
}

async function quotaOf(workspaceId: string): Promise<Period> {
  const [period] = await openai.query<Period>(
    `SELECT used::float8 AS used, reserved::float8 AS reserved FROM quota_periods WHERE workspace_id = $1 AND resource = 'transcription'`,
    [workspaceId],
  );
  return period ?? { used: 0, reserved: 0 };
}

function usageOf(workspaceId: string) {
  return openai.query<Record<string, unknown>>(
    `SELECT provider, model, outcome, milliseconds::int AS milliseconds, cost_micro_dollars::int AS cost,
       user_id IS NOT NULL AS "hasUser", api_key_id IS NOT NULL AS "hasKey", provider_key_id AS "ownKey"
     FROM usage_records WHERE workspace_id = $1 ORDER BY id`,
    [workspaceId],
  );
}

describe('a short recording', () => {
  it('touches no disk and starts no program', async () => {
    const { key: apiKey } = await openai.newcomer();
    // The first one opens the period of the quota, and loads what is loaded once.
    await openai.client({ apiKey }).audio.transcriptions.create({ file: tone(1), model: 'whisper-1' });
    const written: string[] = [];
    const begun: string[] = [];
    const watchers: FSWatcher[] = [home, tmpdir()].map((place) =>
      watch(place, { recursive: place === home }, (_, name) => void written.push(String(name))),
    );
    const hook = createHook({
      init: (_, type) => {
        if (type === 'PROCESSWRAP' || type === 'FILEHANDLE' || type === 'FSREQPROMISE') begun.push(type);
      },
    }).enable();
    await openai.client({ apiKey }).audio.transcriptions.create({ file: tone(11), model: 'whisper-1' });
    hook.disable();
    await sleep(50);
    for (const watcher of watchers) watcher.close();
    expect(begun).toEqual([]);
    expect(written.filter((name) => /steno-openai/.test(name) || !name.includes('steno'))).toEqual([]);
  });

  it.each([
    ['webm', ['-c:a', 'libopus', '-live', '1']],
    ['m4a', []],
    ['flac', []],
    ['ogg', ['-c:a', 'libvorbis']],
  ])('is passed on as it came, and billed by its packets: %s', async (extension, options) => {
    const { key: apiKey, workspaceId } = await openai.newcomer();
    const [tone6, path] = [join(home, 'tone.wav'), join(home, `tone.${extension}`)];
    writeFileSync(tone6, wav(6, 440));
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-i', tone6, ...options, path]);
    const file = new File([new Uint8Array(readFileSync(path))], 'from a browser');
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const answer = await openai.client({ apiKey }).audio.transcriptions.create({ file, model: 'whisper-1' });
    expect(answer).toMatchObject({ usage: { type: 'duration' } });
    expect(openai.provider.calls).toMatchObject([{ problems: [], sha256 }]);
    const { used, reserved } = await quotaOf(workspaceId);
    expect([Math.abs(used - 6_000) < 150, reserved]).toEqual([true, 0]);
  });

  it('is billed to whoever sent it, once, by the seconds that are there and not by those its header tells of', async () => {
    const { key: apiKey, workspaceId } = await openai.newcomer();
    const lying = wav(11, 440);
    lying.writeUInt32LE(32_000, 40);
    const file = new File([new Uint8Array(lying)], 'one-second.wav');
    const answer = await openai.client({ apiKey }).audio.transcriptions.create({ file, model: 'whisper-1' });
    expect(answer.usage).toEqual({ type: 'duration', seconds: 11 });
    expect(await quotaOf(workspaceId)).toEqual({ used: 11_000, reserved: 0 });
    const record = {
      provider: 'openai',
      model: 'whisper-1',
      outcome: 'answered',
      milliseconds: 11_000,
      cost: 1_100,
    };
    expect(await usageOf(workspaceId)).toEqual([{ ...record, hasUser: true, hasKey: true, ownKey: null }]);
  });

  it('takes nothing of the quota when the provider fails, and the call is on record', async () => {
    const { key: apiKey, workspaceId } = await openai.newcomer();
    openai.provider.script({ mode: 'bad_audio' });
    await expect(openai.client({ apiKey }).audio.transcriptions.create({ file: tone(6), model: 'whisper-1' })).rejects.toThrow(
      /cannot read/,
    );
    expect(await quotaOf(workspaceId)).toEqual({ used: 0, reserved: 0 });
    expect(await usageOf(workspaceId)).toMatchObject([{ outcome: 'failed', milliseconds: 0, cost: 0 }]);
  });

  it('whose sender hangs up ends the call, and gives back what was set aside', async () => {
    const { key: apiKey, workspaceId } = await openai.newcomer();
    openai.provider.script({ mode: 'hang' });
    const stop = new AbortController();
    const asked = openai
      .client({ apiKey })
      .audio.transcriptions.create({ file: tone(6), model: 'whisper-1' }, { signal: stop.signal })
      .catch((error: unknown) => error);
    while (openai.provider.calls.length === 0) await sleep(5);
    expect(await quotaOf(workspaceId)).toEqual({ used: 0, reserved: 6_000 });
    stop.abort();
    await asked;
    while (openai.provider.calls[0]?.abandoned !== true || (await quotaOf(workspaceId)).reserved > 0) await sleep(5);
    expect(await quotaOf(workspaceId)).toEqual({ used: 0, reserved: 0 });
    expect(await usageOf(workspaceId)).toMatchObject([{ outcome: 'failed', cost: null }]);
  });

  it('goes out with the key the workspace brought, and that key’s refusal is its owner’s', async () => {
    const { key: apiKey, workspaceId, headers } = await openai.newcomer();
    openai.provider.accept(DOUBLE_KEY, 'sk-own-0123456789');
    const payload = { provider: 'openai', name: 'Own', apiKey: 'sk-own-0123456789' };
    const brought = await openai.api.app.inject({ method: 'POST', url: '/api/v1/provider-keys', headers, payload });
    expect(brought.statusCode).toBe(201);
    const ask = () => openai.client({ apiKey }).audio.transcriptions.create({ file: tone(6), model: 'whisper-1' });
    await ask();
    expect(openai.provider.calls.map(({ key }) => key)).toEqual(['sk-own-0123456789']);
    expect(await usageOf(workspaceId)).toMatchObject([{ ownKey: expect.any(String) }]);
    openai.provider.accept(DOUBLE_KEY);
    await expect(ask()).rejects.toMatchObject({ status: 400, code: 'provider_key_rejected' });
    expect(await quotaOf(workspaceId)).toEqual({ used: 6_000, reserved: 0 });
  });

  it('leaves books that agree', async () => {
    const { app, database } = openai.api;
    const [usage, ledger] = [app.get(UsageRecords, { strict: false }), app.get(QuotaLedger, { strict: false })];
    const reconciliation = new Reconciliation(database, new Attempts(), usage, ledger, new StoredBytes(), new AudioObjects());
    expect(await reconciliation.findings(null)).toEqual([]);
  });
});
