import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { ConfigModule, loadConfig } from '#config';
import { startOpenAiDouble } from '#testing/speech-doubles';
import { SpeechRegistry } from './speech-registry.js';
import { SpeechModule } from './speech.module.js';

const BASE = {
  DATABASE_URL: 'postgres://steno@127.0.0.1:5432/steno',
  AUTH_SECRET: 'a secret of thirty-two characters, at least',
  MASTER_KEY: 'another one of thirty-two characters too',
};

async function registryWith(environment: Record<string, string>) {
  const config = loadConfig({ ...BASE, ...environment });
  const module = await Test.createTestingModule({ imports: [ConfigModule.with(config), SpeechModule] }).compile();
  return { module, registry: module.get(SpeechRegistry) };
}

describe('SpeechRegistry', () => {
  it('has the providers the environment configures, and reaches them where it says', async () => {
    const double = await startOpenAiDouble();
    const { module, registry } = await registryWith({
      OPENAI_API_KEY: 'sk-wrong-key-0001',
      OPENAI_BASE_URL: `${double.url}/v1`,
      GEMINI_API_KEY: 'AIza-any',
      POCKETSPHINX_PATH: '/nowhere',
    });
    expect(registry.list().map(({ id }) => id)).toEqual(['openai', 'gemini']);
    expect(registry.choose().model.id).toBe('whisper-1');
    expect(() => registry.choose({ provider: 'groq' })).toThrow(/GROQ_API_KEY, or an admin of the workspace adds a key/);
    expect(registry.choose({ provider: 'groq' }, new Set(['groq'])).model.id).toBe('whisper-large-v3-turbo');
    expect(registry.list(new Set(['groq'])).map(({ id }) => id)).toEqual(['openai', 'groq', 'gemini']);
    expect(await registry.checkKey('openai', 'sk-wrong-key-0001', new AbortController().signal)).toMatchObject({
      outcome: 'refused',
      code: 'invalid_api_key',
    });
    await module.close();
    await double.close();
  });

  it('starts without any engine and says what to set once one is needed', async () => {
    const { module, registry } = await registryWith({ POCKETSPHINX_PATH: '/nowhere' });
    expect(registry.list()).toEqual([]);
    expect(registry.choose({}, new Set(['gemini'])).provider.id).toBe('gemini');
    expect(() => registry.choose()).toThrow(/No speech engine is set up\. Set OPENAI_API_KEY/);
    await module.close();
  });

  it('follows SPEECH_ORDER, and does not start with a name in it that nobody has', async () => {
    const keys = { OPENAI_API_KEY: 'sk-any-key-000001', GROQ_API_KEY: 'gsk_any', POCKETSPHINX_PATH: '/nowhere' };
    const { module, registry } = await registryWith({ ...keys, SPEECH_ORDER: 'gemini,groq/whisper-large-v3' });
    const preference = registry.preferenceFor({}, {});
    expect(preference).toEqual({ order: ['gemini', 'groq/whisper-large-v3'] });
    expect(registry.choose(preference).model.id).toBe('whisper-large-v3');
    expect(registry.choose(preference, new Set(['gemini'])).provider.id).toBe('gemini');
    await module.close();
    await expect(registryWith({ ...keys, SPEECH_ORDER: 'groq/whisper-9' })).rejects.toThrow(/SPEECH_ORDER: .*no such model/);
  });

  it('follows SPEECH_PROVIDER and SPEECH_MODEL', async () => {
    const { module, registry } = await registryWith({
      OPENAI_API_KEY: 'sk-any-key-000001',
      GROQ_API_KEY: 'gsk_any',
      SPEECH_PROVIDER: 'groq',
      SPEECH_MODEL: 'whisper-large-v3',
    });
    const { provider, model } = registry.choose();
    expect([provider.id, model.id]).toEqual(['groq', 'whisper-large-v3']);
    await module.close();
  });

  it('has the models of SPEECH_MODELS_FILE, and does not start with a wrong one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'steno-models-'));
    const environment = {
      GROQ_API_KEY: 'gsk_any',
      POCKETSPHINX_PATH: '/nowhere',
      SPEECH_MODELS_FILE: join(folder, 'models.json'),
    };
    const price = { microDollarsPerMinute: 1, source: 'our contract', date: '2026-11' };
    const model = { id: 'whisper-9', like: 'whisper-large-v3', price };
    await writeFile(environment.SPEECH_MODELS_FILE, JSON.stringify({ groq: [model] }));
    const { module, registry } = await registryWith(environment);
    expect(registry.choose({ model: 'whisper-9' }).model).toMatchObject({ translation: true, price });
    await module.close();
    await writeFile(environment.SPEECH_MODELS_FILE, JSON.stringify({ groq: [{ ...model, like: 'whisper-8' }] }));
    await expect(registryWith(environment)).rejects.toThrow(/^The configuration is wrong:\n  - SPEECH_MODELS_FILE .*"whisper-8"/);
    await rm(folder, { recursive: true });
  });
});
