import { describe, expect, it } from '@jest/globals';
import { FieldError } from '#errors';
import { chooseSpeech, orderedProviders, type SpeechDefaults, type SpeechWish } from './registry.js';
import { OPENAI_MODELS } from './providers/openai/models.js';
import { GEMINI_MODELS } from './providers/gemini/models.js';
import { pocketsphinxModel } from './providers/local/models.js';
import type { ProviderId, SpeechModel, SpeechProvider } from './speech-provider.js';

function provider(id: ProviderId, models: readonly SpeechModel[]): SpeechProvider {
  return {
    id,
    configured: true,
    models,
    transcribe: () => Promise.reject(new Error('Not called here.')),
    close: () => Promise.resolve(),
  };
}

const openai = provider('openai', OPENAI_MODELS);
const gemini = provider('gemini', GEMINI_MODELS);
const local = provider('local', [pocketsphinxModel(2)]);
const ALL = orderedProviders([local, gemini, openai]);

function choice(wish: SpeechWish, defaults: SpeechDefaults = {}, providers = ALL): string {
  const { provider: chosen, model } = chooseSpeech(providers, defaults, wish);
  return `${chosen.id}/${model.id}`;
}

function refusal(wish: SpeechWish, defaults: SpeechDefaults = {}, providers = ALL): FieldError {
  try {
    chooseSpeech(providers, defaults, wish);
  } catch (error) {
    if (error instanceof FieldError) return error;
  }
  throw new Error('It was not refused.');
}

describe('orderedProviders', () => {
  it('prefers openai, groq, gemini and local, in this order', () => {
    expect(ALL.map(({ id }) => id)).toEqual(['openai', 'gemini', 'local']);
  });

  it('refuses a provider or a model that is there twice, and a provider without models', () => {
    expect(() => orderedProviders([openai, openai])).toThrow('The speech provider openai is there twice.');
    expect(() => orderedProviders([provider('groq', [pocketsphinxModel(1), pocketsphinxModel(2)])])).toThrow(
      /pocketsphinx is there twice/,
    );
    expect(() => orderedProviders([provider('groq', [])])).toThrow(/has no model/);
  });
});

describe('chooseSpeech', () => {
  it.each<[string, SpeechWish, SpeechDefaults]>([
    ['openai/whisper-1', {}, {}],
    ['local/pocketsphinx', {}, { provider: 'local' }],
    ['openai/gpt-4o-transcribe', {}, { model: 'gpt-4o-transcribe' }],
    ['gemini/gemini-2.5-flash', { provider: 'gemini' }, { model: 'gpt-4o-transcribe' }],
    ['gemini/gemini-2.5-pro', { model: 'gemini-2.5-pro' }, {}],
    ['openai/gpt-4o-transcribe-diarize', { diarize: true }, {}],
    ['gemini/gemini-2.5-flash', { provider: 'gemini', diarize: true, language: 'de' }, {}],
    ['local/pocketsphinx', { provider: 'local', language: 'en' }, {}],
    ['openai/whisper-1', { translate: true, language: 'de' }, {}],
    ['gemini/gemini-2.5-flash', { provider: 'gemini', translate: true, diarize: true }, {}],
  ])('gives %s for %j with defaults %j', (expected, wish, defaults) => {
    expect(choice(wish, defaults)).toBe(expected);
  });

  it.each<[string, SpeechWish, RegExp]>([
    ['unknown_model', { model: 'whisper-9' }, /no model "whisper-9".*openai\/whisper-1.*local\/pocketsphinx/],
    ['unknown_model', { provider: 'gemini', model: 'whisper-1' }, /gemini has no model "whisper-1"/],
    ['provider_not_configured', { provider: 'groq' }, /GROQ_API_KEY.*Available: openai, gemini, local/],
    ['provider_not_configured', { provider: 'acme' }, /there is no speech provider "acme"/],
    ['language_not_supported', { provider: 'local', language: 'de' }, /only: en.*openai\/whisper-1/],
    ['diarization_not_supported', { provider: 'local', diarize: true }, /openai\/gpt-4o-transcribe-diarize, gemini/],
    [
      'translation_not_supported',
      { model: 'gpt-4o-transcribe', translate: true },
      /does not translate.*openai\/whisper-1, gemini/,
    ],
    ['translation_not_supported', { provider: 'local', translate: true }, /pocketsphinx of local does not translate/],
    ['diarization_not_supported', { model: 'whisper-1', diarize: true }, /whisper-1 of openai does not/],
  ])('refuses with %s for %j', (code, wish, detail) => {
    const error = refusal(wish);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(detail);
  });

  it('does not leave the installation’s provider by itself: where audio goes is the operator’s decision', () => {
    expect(refusal({ language: 'de' }, { provider: 'local' }).code).toBe('language_not_supported');
  });

  it('gives a workspace what it has keys for; SPEECH_MODEL stays with the installation’s first', () => {
    const own = { ...openai, configured: false };
    expect(choice({}, { model: 'gemini-2.5-pro' }, [own, gemini])).toBe('openai/whisper-1');
    expect(choice({ provider: 'gemini' }, { model: 'gemini-2.5-pro' }, [own, gemini])).toBe('gemini/gemini-2.5-pro');
  });

  it('says how to get an engine when there is none', () => {
    expect(refusal({}, {}, [])).toMatchObject({ code: 'no_speech_engine', kind: 'unavailable' });
  });
});
