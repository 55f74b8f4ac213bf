import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { ConfigModule, loadConfig } from '#config';
import { LANGUAGE_DOUBLE_KEY, startOpenAiStyleDouble } from '#testing/language-doubles';
import { LanguageModelsModule } from './language-models.module.js';
import { LanguageRegistry } from './language-registry.js';

const BASE = {
  DATABASE_URL: 'postgres://steno@127.0.0.1:5432/steno',
  AUTH_SECRET: 'a secret of thirty-two characters, at least',
  MASTER_KEY: 'another one of thirty-two characters too',
};

async function registryWith(environment: Record<string, string>) {
  const config = loadConfig({ ...BASE, ...environment });
  const module = await Test.createTestingModule({ imports: [ConfigModule.with(config), LanguageModelsModule] }).compile();
  return { module, registry: module.get(LanguageRegistry) };
}

describe('LanguageRegistry', () => {
  it('has the providers the environment configures, and reaches them where it says', async () => {
    const double = await startOpenAiStyleDouble('groq');
    const { module, registry } = await registryWith({
      GROQ_API_KEY: LANGUAGE_DOUBLE_KEY,
      GROQ_BASE_URL: double.url,
      DEEPSEEK_API_KEY: 'sk-any',
      LANGUAGE_PROVIDER: 'groq',
      LANGUAGE_MODEL: 'llama-3.3-70b-versatile',
    });
    expect(registry.list().map(({ id }) => id)).toEqual(['groq', 'deepseek']);
    const { provider, model } = registry.choose();
    const messages = [{ role: 'user' as const, text: 'Count.' }];
    const answer = await provider.answer({ model: model.id, messages, signal: new AbortController().signal });
    expect(answer).toMatchObject({ text: 'one two three four five six', model: 'llama-3.3-70b-versatile' });
    expect(() => registry.choose({ provider: 'openai' })).toThrow(/OPENAI_API_KEY/);
    expect(registry.choose({ provider: 'openai' }, new Set(['openai'])).model.id).toBe('gpt-5.4-mini');
    await module.close();
    await double.close();
  }, 60_000);

  it('starts without any provider and says what to set once one is needed', async () => {
    const { module, registry } = await registryWith({});
    expect(registry.list()).toEqual([]);
    expect(() => registry.choose()).toThrow(/No language model is set up/);
    await module.close();
  });

  it('knows of another server with OpenAI’s API only what the file says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'steno-models-'));
    const file = join(folder, 'models.json');
    const price = { input: null, output: null, cachedInput: null, source: 'our own server', date: '2026-11-01' };
    await writeFile(file, JSON.stringify({ openai: [{ id: 'llama', price }] }));
    const own = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_MODELS: 'whisper' };
    const without = await registryWith(own);
    expect(without.registry.list()).toEqual([]);
    await without.module.close();
    const { module, registry } = await registryWith({ ...own, LANGUAGE_MODELS_FILE: file });
    expect(registry.list()[0]?.models.map(({ id }) => id)).toEqual(['llama']);
    await module.close();
    await rm(folder, { recursive: true });
  });
});
