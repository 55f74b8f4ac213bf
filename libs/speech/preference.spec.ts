import { describe, expect, it } from '@jest/globals';
import { FieldError } from '#errors';
import { GROQ_MODELS } from './providers/groq/models.js';
import { ELEVENLABS_MODELS } from './providers/elevenlabs/models.js';
import { HUGGINGFACE_MODELS } from './providers/huggingface/models.js';
import { pocketsphinxModel, whisperModel } from './providers/local/models.js';
import { OPENAI_MODELS } from './providers/openai/models.js';
import { everyEngine, inOrderOf, type MeasuredSpeed, nameOf, refuseUnknownNames, UNMEASURED } from './preference.js';
import { chooseSpeech, orderedProviders, preferenceOf, type SpeechWish } from './registry.js';
import type { ProviderId, SpeechModel, SpeechProvider } from './speech-provider.js';
import { type SpeechNeeds, standIns } from './stand-ins.js';

function provider(id: ProviderId, models: readonly SpeechModel[]): SpeechProvider {
  return {
    ...{ id, configured: true, models },
    transcribe: () => Promise.reject(new Error('Nobody is asked here.')),
    close: () => Promise.resolve(),
  };
}

const openai = provider('openai', OPENAI_MODELS);
const groq = provider('groq', GROQ_MODELS);
const elevenlabs = provider('elevenlabs', ELEVENLABS_MODELS);
const huggingface = provider('huggingface', HUGGINGFACE_MODELS);
const whisper = provider('local', [whisperModel('base', 2), pocketsphinxModel(2)]);
const pocketsphinx = provider('local', [pocketsphinxModel(2)]);
const REMOTE = [openai, groq, elevenlabs, huggingface];

const speeds: MeasuredSpeed = (choice) => ({ 'groq/whisper-large-v3': 90, 'openai/gpt-4o-transcribe': 20 })[nameOf(choice)];

function choice(providers: SpeechProvider[], wish: SpeechWish, speedOf: MeasuredSpeed = UNMEASURED): string {
  return nameOf(chooseSpeech(orderedProviders(providers), {}, wish, speedOf));
}

function refused(action: () => unknown): FieldError {
  try {
    action();
  } catch (error) {
    if (error instanceof FieldError) return error;
  }
  throw new Error('It was not refused.');
}

describe('a policy', () => {
  it.each<[string, SpeechWish, SpeechProvider[]]>([
    ['groq/whisper-large-v3-turbo', { policy: 'cheapest' }, REMOTE],
    ['local/whisper-base', { policy: 'cheapest' }, [...REMOTE, whisper]],
    ['groq/whisper-large-v3-turbo', { policy: 'cheapest' }, [...REMOTE, pocketsphinx]],
    ['groq/whisper-large-v3', { policy: 'cheapest', translate: true, language: 'de' }, REMOTE],
    ['elevenlabs/scribe_v1', { policy: 'cheapest', diarize: true }, [elevenlabs]],
    ['groq/whisper-large-v3', { policy: 'fastest' }, REMOTE],
    ['openai/gpt-4o-transcribe-diarize', { policy: 'fastest', diarize: true }, REMOTE],
    ['elevenlabs/scribe_v2', { policy: 'best' }, REMOTE],
    ['openai/gpt-transcribe', { policy: 'best' }, [openai, groq, whisper]],
    ['groq/whisper-large-v3', { policy: 'best' }, [groq, huggingface, whisper]],
    ['local/whisper-base', { policy: 'private' }, [...REMOTE, whisper]],
    ['local/pocketsphinx', { policy: 'private' }, [...REMOTE, pocketsphinx]],
    ['local/pocketsphinx', { policy: 'best' }, [pocketsphinx]],
  ])('chooses %s for %j', (expected, wish, providers) => {
    expect(choice(providers, wish, speeds)).toBe(expected);
  });

  it('puts a price that nobody knows behind every known one, and an engine for trying things out behind all', () => {
    const names = inOrderOf('cheapest', everyEngine(orderedProviders([...REMOTE, pocketsphinx])), UNMEASURED).map(nameOf);
    expect(names.slice(0, 2)).toEqual(['groq/whisper-large-v3-turbo', 'groq/whisper-large-v3']);
    expect(names.slice(-4)).toEqual([
      'elevenlabs/scribe_v2',
      'huggingface/openai/whisper-large-v3-turbo',
      'huggingface/openai/whisper-large-v3',
      'local/pocketsphinx',
    ]);
  });

  it('that wants the fastest keeps those nobody measured in the order of preference, behind the measured ones', () => {
    const names = inOrderOf('fastest', everyEngine([openai, groq]), speeds).map(nameOf);
    expect(names.slice(0, 4)).toEqual([
      'groq/whisper-large-v3',
      'openai/gpt-4o-transcribe',
      'openai/whisper-1',
      'openai/gpt-transcribe',
    ]);
  });

  it('that keeps sound on this machine is refused when nothing here can do it', () => {
    expect(refused(() => choice(REMOTE, { policy: 'private' }))).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringMatching(
        /private.*no engine is set up on it: .*npm run model.*Available elsewhere: openai\/whisper-1/,
      ),
    });
    expect(refused(() => choice([...REMOTE, pocketsphinx], { policy: 'private', language: 'de' }))).toMatchObject({
      code: 'language_not_supported',
      message: expect.stringMatching(/policy private lets ask \(local\/pocketsphinx\), none takes the language "de"/),
    });
    const wishes: [SpeechWish, string][] = [
      [{ policy: 'private', diarize: true }, 'diarization_not_supported'],
      [{ policy: 'private', translate: true, language: 'en' }, 'translation_not_supported'],
    ];
    for (const [wish, code] of wishes) expect(refused(() => choice([...REMOTE, pocketsphinx], wish)).code).toBe(code);
    expect(refused(() => choice([], { policy: 'private' })).code).toBe('no_speech_engine');
  });
});

describe('an order', () => {
  it.each<[string, string[], SpeechWish]>([
    ['groq/whisper-large-v3', ['groq/whisper-large-v3', 'openai'], {}],
    ['huggingface/openai/whisper-large-v3', ['huggingface/openai/whisper-large-v3'], {}],
    ['local/pocketsphinx', ['local', 'openai'], {}],
    ['openai/whisper-1', ['gemini', 'openai', 'groq'], {}],
    ['openai/gpt-4o-transcribe-diarize', ['groq', 'openai'], { diarize: true }],
    ['groq/whisper-large-v3', ['local', 'groq', 'openai'], { translate: true, language: 'de' }],
  ])('chooses %s of %j for %j: the first that is there and can do it', (expected, order, wish) => {
    expect(choice([...REMOTE, pocketsphinx], { ...wish, order })).toBe(expected);
  });

  it('asks nobody else', () => {
    expect(refused(() => choice([...REMOTE, pocketsphinx], { order: ['local'], language: 'de' }))).toMatchObject({
      code: 'language_not_supported',
      message: expect.stringMatching(/the order lets ask \(local\/pocketsphinx\).*These models do: openai\/whisper-1/),
    });
    expect(refused(() => choice(REMOTE, { order: ['gemini', 'local'] }))).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringContaining('(gemini, local)'),
    });
  });

  it('takes no name that nobody has, but names of those without a key', () => {
    const all = [openai, groq];
    expect(() => refuseUnknownNames(all, ['openai', 'groq/whisper-large-v3', 'gemini', 'local/whisper-base'])).not.toThrow();
    expect(refused(() => refuseUnknownNames(all, ['openai', 'acme/best']))).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringMatching(/no speech provider "acme"/),
    });
    expect(refused(() => refuseUnknownNames(all, ['groq/whisper-9']))).toMatchObject({
      code: 'unknown_model',
      message: expect.stringContaining('groq/whisper-large-v3-turbo, groq/whisper-large-v3.'),
    });
  });
});

describe('preferenceOf', () => {
  it('lets a request go before its workspace, and that before the installation', () => {
    const workspace = { order: ['groq'] };
    const installation = { policy: 'best' as const };
    expect(preferenceOf({ policy: 'private' }, workspace, installation)).toEqual({ policy: 'private' });
    expect(preferenceOf({ language: 'de' }, workspace, installation)).toEqual({ order: ['groq'] });
    expect(preferenceOf({}, {}, installation)).toEqual({ policy: 'best' });
    expect(preferenceOf({ provider: 'openai' }, workspace, installation)).toEqual({});
    expect(preferenceOf({}, {}, {})).toEqual({});
  });

  it.each<[SpeechWish, RegExp]>([
    [{ provider: 'openai', policy: 'best' }, /both provider and policy/],
    [{ model: 'whisper-1', order: ['groq'] }, /both model and order/],
    [{ policy: 'best', order: ['groq'] }, /both policy and order/],
    [{ provider: 'openai', model: 'whisper-1', policy: 'best' }, /provider and model and policy/],
  ])('refuses %j', (wish, detail) => {
    const error = refused(() => preferenceOf(wish, {}, {}));
    expect(error.code).toBe('contradictory_choice');
    expect(error.message).toMatch(detail);
  });
});

describe('standIns', () => {
  const ask = (providers: SpeechProvider[], ordered: string, needs: Partial<SpeechNeeds> = {}, seconds = 200): string[] => {
    const available = orderedProviders(providers);
    const first = everyEngine(available).find((engine) => nameOf(engine) === ordered);
    if (first === undefined) throw new Error(`There is no ${ordered}.`);
    const all = { provider: first.provider.id, model: first.model.id, language: null, diarize: false, ...needs };
    return standIns(available, first, all, { seconds, bytes: seconds * 32_000 }, speeds).map(nameOf);
  };
  const all = [...REMOTE, whisper];

  it('without a preference are other providers, those with times as fine first, and never leave this machine', () => {
    expect(ask(all, 'openai/whisper-1')).toEqual([
      'groq/whisper-large-v3-turbo',
      'elevenlabs/scribe_v2',
      'local/whisper-base',
      'huggingface/openai/whisper-large-v3-turbo',
    ]);
    expect(ask(all, 'local/whisper-base')).toEqual([]);
  });

  it('go by the policy, one of each provider', () => {
    expect(ask(all, 'local/whisper-base', { policy: 'cheapest' })).toEqual([
      'groq/whisper-large-v3-turbo',
      'openai/whisper-1',
      'elevenlabs/scribe_v1',
      'huggingface/openai/whisper-large-v3-turbo',
    ]);
    expect(ask(all, 'openai/whisper-1', { policy: 'fastest' })[0]).toBe('groq/whisper-large-v3');
    expect(ask(all, 'groq/whisper-large-v3', { policy: 'best' })[0]).toBe('elevenlabs/scribe_v2');
  });

  it('of the policy private never leave this machine', () => {
    const two = provider('local', [whisperModel('base', 2), whisperModel('small', 2), pocketsphinxModel(2)]);
    expect(ask([...REMOTE, two], 'local/whisper-base', { policy: 'private' })).toEqual(['local/whisper-small']);
    expect(ask(all, 'local/pocketsphinx', { policy: 'private' })).toEqual(['local/whisper-base']);
  });

  it('of an order are the others it names, whoever they are, as it names them', () => {
    const order = ['local', 'openai/gpt-4o-transcribe', 'groq/whisper-large-v3', 'groq'];
    expect(ask([...REMOTE, pocketsphinx], 'local/pocketsphinx', { order })).toEqual(
      order.slice(1).map((name) => (name === 'groq' ? 'groq/whisper-large-v3-turbo' : name)),
    );
    expect(ask([...REMOTE, pocketsphinx], 'groq/whisper-large-v3', { order })).toEqual([
      'local/pocketsphinx',
      'openai/gpt-4o-transcribe',
      'groq/whisper-large-v3-turbo',
    ]);
    expect(ask(all, 'groq/whisper-large-v3', { order: ['groq/whisper-large-v3'] })).toEqual([]);
    expect(ask(all, 'groq/whisper-large-v3', { order, task: 'translate' }, 600)).toEqual(['local/whisper-base']);
  });
});
