import { describe, expect, it } from '@jest/globals';
import type { ProviderId, SpeechModel, SpeechProvider } from '#speech';
import { modelList } from './model-list.js';
import { wishOfName } from './named-model.js';

const PRICE = { microDollarsPerMinute: null, source: 'nobody', date: '2026-08-21' };

function provider(id: ProviderId, ...models: string[]): SpeechProvider {
  const model = (name: string): SpeechModel => ({
    ...{ id: name, formats: ['wav'], maxBytes: 1, maxSeconds: 1, preferredSeconds: 1, timestamps: 'word', diarization: false },
    ...{ languages: 'multilingual', price: PRICE },
  });
  const never = () => Promise.reject(new Error('Nobody asks.'));
  return { id, configured: true, models: models.map(model), transcribe: never, close: () => Promise.resolve() };
}

const OPENAI = provider('openai', 'whisper-1', 'gpt-4o-transcribe');
const GROQ = provider('groq', 'whisper-large-v3');
const HUGGINGFACE = provider('huggingface', 'openai/whisper-large-v3');
const ALL = [OPENAI, GROQ, HUGGINGFACE];

describe('the name of a model', () => {
  it.each<[string, SpeechProvider[], object]>([
    ['whisper-1', ALL, { provider: 'openai', model: 'whisper-1', isOpen: true }],
    ['whisper-1', [GROQ], { isOpen: true }],
    ['openai/whisper-1', ALL, { provider: 'openai', model: 'whisper-1', isOpen: false }],
    ['whisper-large-v3', ALL, { provider: 'groq', model: 'whisper-large-v3', isOpen: false }],
    ['whisper-large-v3', [HUGGINGFACE], { provider: 'huggingface', model: 'openai/whisper-large-v3', isOpen: false }],
    ['huggingface/openai/whisper-large-v3', ALL, { provider: 'huggingface', model: 'openai/whisper-large-v3', isOpen: false }],
  ])('%s means one engine, or leaves it open', (name, usable, wish) => {
    expect(wishOfName(name, usable, ALL)).toEqual(wish);
  });

  it.each([
    ['whisper-9', /no model 'whisper-9' here\. Use one of: whisper-1, groq\/whisper-large-v3\./],
    ['gpt-4o-transcribe', /openai's, which is not set up here: its operator sets OPENAI_API_KEY/],
    ['openai/whisper-1', /not set up here/],
  ])('%s, where it means nobody, is refused with what helps', (name, sentence) => {
    expect(() => wishOfName(name, [GROQ], ALL)).toThrow(sentence);
  });

  it('stands once in the list, with whoever it means', () => {
    const list = modelList([GROQ, HUGGINGFACE]);
    expect(list.map(({ id }) => id)).toEqual([
      'whisper-large-v3',
      'openai/whisper-large-v3',
      'whisper-1',
      'groq/whisper-large-v3',
      'huggingface/openai/whisper-large-v3',
    ]);
    for (const { id } of list) expect(() => wishOfName(id, [GROQ, HUGGINGFACE], ALL)).not.toThrow();
    expect(modelList([])).toEqual([]);
  });
});
