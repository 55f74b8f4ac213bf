import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { Transcription, TranscriptionAttempt } from '#database';
import { makeAudio, makeTranscription } from '#testing/factories';
import { makeLocalDouble } from '#testing/speech-doubles';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { wavOf } from './recording.fixture.js';
import { ask, makeTeam, recorded, type Team } from './team.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let directory: string;
let api: TestApi;
let user: SignedInUser;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'steno-engine-choice-'));
  const keys = { OPENAI_API_KEY: 'sk-of-the-installation', GROQ_API_KEY: 'gsk_of_the_installation' };
  api = await startTestApi({ ...NO_VENDORS, ...keys, ...makeLocalDouble(directory).environment });
});
afterAll(async () => {
  await api?.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  user = await api.register();
});

/** Who would do it, as `provider/model`, or the problem's code. */
async function estimated(wish: object, who: { headers: Record<string, string> } = user): Promise<string> {
  const { status, body } = await ask(api, who, 'POST', '/api/v1/transcriptions/estimate', { seconds: 60, ...wish });
  return status === 200 ? `${String(body.provider)}/${String(body.model)}` : String(body.code);
}

async function optionsOf(id: unknown): Promise<Transcription['options']> {
  const [row] = await api.database.asSystem((tx) => tx.manager.findBy(Transcription, { id: String(id) }));
  if (row === undefined) throw new Error('It was not ordered.');
  return row.options;
}

const order = (path: string, payload: object) => ask(api, user, 'POST', `/api/v1/${path}`, payload);

describe('a request', () => {
  it('is done by whom its policy chooses of those that can do it', async () => {
    expect(await estimated({})).toBe('openai/whisper-1');
    expect(await estimated({ policy: 'cheapest' })).toBe('groq/whisper-large-v3-turbo');
    expect(await estimated({ policy: 'cheapest', task: 'translate', language: 'de' })).toBe('groq/whisper-large-v3');
    expect(await estimated({ policy: 'cheapest', diarize: true })).toBe('openai/gpt-4o-transcribe-diarize');
    expect(await estimated({ policy: 'best' })).toBe('openai/gpt-transcribe');
    expect(await estimated({ policy: 'private' })).toBe('local/pocketsphinx');
    expect(await estimated({ policy: 'cheapest', order: null, provider: null, model: null })).toBe('groq/whisper-large-v3-turbo');
    expect(await estimated({ order: ['gemini', 'groq/whisper-large-v3', 'openai'] })).toBe('groq/whisper-large-v3');
  });

  it('is done by the fastest of late, whoever measured it', async () => {
    const other = await api.register();
    const { id: audioId } = await makeAudio(api.database, other.workspaceId);
    const { id: transcriptionId } = await makeTranscription(api.database, other.workspaceId, { audioId });
    const attempt = (model: string, latencyMs: number, provider = 'groq') => ({
      ...{ id: uuidv7(), workspaceId: other.workspaceId, transcriptionId, generation: 1, chunkIndex: 0, provider, model },
      ...{ outcome: 'answered' as const, errorKind: null, providerRequestId: null, latencyMs, audioSeconds: 60 },
      ...{ costMicroDollars: null, providerKeyId: null, answer: null },
    });
    const calls = [
      attempt('whisper-large-v3-turbo', 9_000),
      attempt('whisper-large-v3', 1_000),
      attempt('whisper-1', 5_000, 'openai'),
    ];
    await api.database.asSystem((tx) => tx.manager.insert(TranscriptionAttempt, calls));
    const second = await startTestApi({
      ...{ DATABASE_URL: api.databaseUrl, ...NO_VENDORS, OPENAI_API_KEY: 'sk-any-key-000001', GROQ_API_KEY: 'gsk_any' },
      ...{ SPEECH_POLICY: 'fastest', POCKETSPHINX_PATH: '/nowhere' },
    });
    const estimate = async (payload: object): Promise<object> => {
      const request = { method: 'POST' as const, url: '/api/v1/transcriptions/estimate', headers: user.headers, payload };
      return (await second.app.inject(request)).json<object>();
    };
    expect(await estimate({ seconds: 60 })).toMatchObject({ provider: 'groq', model: 'whisper-large-v3' });
    expect(await estimate({ seconds: 60, policy: 'cheapest' })).toMatchObject({ model: 'whisper-large-v3-turbo' });
    await second.stop();
  });

  it('keeps its choice with the order, in every way to order', async () => {
    const { id: audioId } = await makeAudio(api.database, user.workspaceId);
    const cheap = await order('transcriptions', { audioId, policy: 'cheapest' });
    expect(cheap).toMatchObject({ status: 202, body: { engine: { provider: 'groq', model: 'whisper-large-v3-turbo' } } });
    expect(await optionsOf(cheap.body.id)).toMatchObject({ policy: 'cheapest', fallback: true });
    const named = await order('transcriptions', { audioId, provider: 'groq' });
    expect(Object.keys(await optionsOf(named.body.id))).not.toEqual(expect.arrayContaining(['fallback']));
    const items = [{ audioId, order: ['local', 'openai'] }, { audioId, policy: 'private', language: 'de' }, { audioId }];
    const { results } = (await order('transcriptions/batch', { items })).body as {
      results: { status: number; transcription: { id: string } | null; problem: { code: string } | null }[];
    };
    expect(results.map(({ status, problem }) => [status, problem?.code])).toEqual([
      [202, undefined],
      [422, 'language_not_supported'],
      [202, undefined],
    ]);
    expect(await optionsOf(results[0]?.transcription?.id)).toMatchObject({ provider: 'local', order: ['local', 'openai'] });
    const form = wavOf('engine choice', { order: 'groq/whisper-large-v3, local' });
    const uploaded = await api.app.inject({
      ...{ method: 'POST', url: '/api/v1/audio/transcribe-upload', payload: form.payload },
      headers: { ...user.headers, ...form.headers },
    });
    expect(await optionsOf(uploaded.json<{ id: string }>().id)).toMatchObject({
      ...{ provider: 'groq', model: 'whisper-large-v3', order: ['groq/whisper-large-v3', 'local'], fallback: true },
    });
  });

  it.each<[string, object]>([
    ['contradictory_choice', { policy: 'best', provider: 'openai' }],
    ['contradictory_choice', { policy: 'best', model: 'whisper-1' }],
    ['contradictory_choice', { policy: 'best', order: ['openai'] }],
    ['contradictory_choice', { order: ['openai'], provider: 'openai' }],
    ['provider_not_configured', { order: ['openai', 'acme'] }],
    ['unknown_model', { order: ['openai/whisper-9'] }],
    ['provider_not_configured', { order: ['gemini', 'elevenlabs'] }],
    ['language_not_supported', { policy: 'private', language: 'de' }],
    ['diarization_not_supported', { policy: 'private', diarize: true }],
    ['translation_not_supported', { order: ['groq/whisper-large-v3-turbo'], task: 'translate' }],
    ['validation_failed', { policy: 'slowest' }],
    ['validation_failed', { order: [] }],
    ['validation_failed', { order: ['openai', 'openai'] }],
  ])('is refused with %s for %j', async (code, wish) => {
    expect(await estimated(wish)).toBe(code);
  });
});

describe('a workspace', () => {
  let team: Team;
  beforeEach(async () => {
    team = await makeTeam(api);
  });
  const change = (payload: object, who = team.admin) => ask(api, who, 'PATCH', team.url(), payload);
  const asMember = () => ({ headers: { ...team.member.headers, 'x-workspace-id': team.id } });

  it('has its own way to choose, which requests can go before', async () => {
    expect(await change({ speechPolicy: 'cheapest' })).toMatchObject({
      status: 200,
      body: { speechPolicy: 'cheapest', speechOrder: null },
    });
    expect(await estimated({}, asMember())).toBe('groq/whisper-large-v3-turbo');
    expect(await estimated({ policy: 'private' }, asMember())).toBe('local/pocketsphinx');
    expect(await estimated({ provider: 'openai' }, asMember())).toBe('openai/whisper-1');
    expect(await estimated({})).toBe('openai/whisper-1');
    const speechOrder = ['gemini', 'groq/whisper-large-v3'];
    expect((await change({ speechOrder })).body).toMatchObject({ speechPolicy: null, speechOrder });
    expect(await estimated({}, asMember())).toBe('groq/whisper-large-v3');
    expect((await change({ speechPolicy: 'private', speechOrder: null })).body).toMatchObject({
      ...{ speechPolicy: 'private', speechOrder: null },
    });
    expect(await estimated({ language: 'de' }, asMember())).toBe('language_not_supported');
    expect((await change({ speechPolicy: null })).body).toMatchObject({ speechPolicy: null, speechOrder: null });
    expect(await estimated({}, asMember())).toBe('openai/whisper-1');
    expect((await recorded(api, team.id)).map(({ details }) => details)).toEqual([
      { speechPolicyBefore: null, speechPolicy: 'cheapest' },
      {
        ...{ speechPolicyBefore: 'cheapest', speechPolicy: null },
        ...{ speechOrderBefore: null, speechOrder: 'gemini, groq/whisper-large-v3' },
      },
      {
        ...{ speechPolicyBefore: null, speechPolicy: 'private' },
        ...{ speechOrderBefore: 'gemini, groq/whisper-large-v3', speechOrder: null },
      },
      { speechPolicyBefore: 'private', speechPolicy: null },
    ]);
  });

  it.each<[string, object]>([
    ['contradictory_choice', { speechPolicy: 'best', speechOrder: ['openai'] }],
    ['provider_not_configured', { speechOrder: ['acme'] }],
    ['unknown_model', { speechOrder: ['groq/whisper-9'] }],
    ['validation_failed', { speechPolicy: 'slowest' }],
    ['validation_failed', { speechOrder: [] }],
  ])('is refused with %s for %j', async (code, payload) => {
    expect(await change(payload)).toMatchObject({ status: 422, body: { code } });
  });

  it('is told by its admins alone', async () => {
    expect(await change({ speechPolicy: 'cheapest' }, team.member)).toMatchObject({ status: 403 });
  });
});
