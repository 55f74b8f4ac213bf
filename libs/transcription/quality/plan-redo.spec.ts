import { describe, expect, it } from '@jest/globals';
import type { ChunkTranscript } from '#database';
import type { SpeechModel, SpeechProvider } from '#speech';
import { enginesToAsk } from './engines-to-ask.js';
import { type AnsweredChunk, planRedo } from './plan-redo.js';

const EMPTY: ChunkTranscript = { text: '', language: null, timestampSource: 'provider', segments: [], words: [], warnings: [] };

/** Chunks of a minute, each all speech. */
function minutes(...answers: (ChunkTranscript | null)[]): AnsweredChunk[] {
  return answers.map((first, index) => {
    const [start, end] = [index * 60, (index + 1) * 60];
    return { sound: { index, channel: 0, start, end, speech: [{ start, end }] }, first: first ?? spoken(index) };
  });
}

function spoken(seed: number): ChunkTranscript {
  const words = Array.from({ length: 120 }, (_, at) => {
    // Unlike any other, as if said by somebody who never repeats himself.
    const text = ((((at + 1) * 7_919 + seed * 104_729) * 26_543) % 2_147_483_647).toString(36);
    return { start: at / 2, end: at / 2 + 0.45, text, confidence: null };
  });
  return { ...EMPTY, words, text: words.map(({ text }) => text).join(' ') };
}

describe('what is asked about again', () => {
  it('is nothing when all is well, or when it is not wanted', () => {
    expect(planRedo(minutes(null, null), null, 0.25)).toEqual([]);
    expect(planRedo(minutes(EMPTY, null), null, 0)).toEqual([]);
  });

  it('is ten minutes in short recordings, counted for two tries', () => {
    const planned = planRedo(minutes(...Array<ChunkTranscript>(9).fill(EMPTY), null), null, 0.25);
    expect(planned).toHaveLength(5);
  });

  it('is a share of long ones, the worst first', () => {
    const half: ChunkTranscript = { ...spoken(0), words: spoken(0).words.slice(0, 60) };
    const chunks = minutes(
      ...Array<ChunkTranscript>(30).fill(half),
      ...Array<ChunkTranscript>(20).fill(EMPTY),
      ...Array<null>(50).fill(null),
    );
    const planned = planRedo(chunks, null, 0.25);
    const asked = planned.reduce((sum, { stretch }) => sum + 2 * (stretch.end - stretch.start), 0);
    expect(asked).toBeLessThanOrEqual(0.25 * 6_000);
    expect(asked).toBeGreaterThan(0.2 * 6_000);
    expect(planned.slice(0, 10).every(({ index }) => index >= 30)).toBe(true);
  });

  it('is only the stretch that is suspicious, from pause to pause', () => {
    const [chunk] = minutes(null);
    if (chunk === undefined) throw new Error('There is no chunk.');
    const speech = [
      { start: 0, end: 19 },
      { start: 20, end: 38 },
      { start: 39, end: 60 },
    ];
    const words = chunk.first.words.filter(({ start }) => start < 18.9 || start >= 39);
    const planned = planRedo([{ sound: { ...chunk.sound, speech }, first: { ...chunk.first, words } }], null, 0.25);
    expect(planned).toMatchObject([{ index: 0, stretch: { start: 19.5, end: 38.5 } }]);
  });
});

function provider(
  id: SpeechProvider['id'],
  ...models: [string, SpeechModel['timestamps'], Partial<SpeechModel>?][]
): SpeechProvider {
  return {
    id,
    configured: true,
    models: models.map(([name, timestamps, more]) => ({
      ...{ id: name, timestamps, formats: ['wav'], maxBytes: 1e6, maxSeconds: 100, preferredSeconds: 10, diarization: false },
      ...{ languages: 'multilingual', price: { microDollarsPerMinute: 1, source: '', date: '' } },
      ...more,
    })),
    transcribe: () => Promise.reject(new Error('Nobody is asked here.')),
    close: () => Promise.resolve(),
  };
}

describe('who is asked again', () => {
  const openai = provider('openai', ['whisper-1', 'word'], ['gpt', 'none'], ['diarize', 'segment', { diarization: true }]);
  const groq = provider('groq', ['turbo', 'word'], ['large', 'word']);
  const local = provider('local', ['pocketsphinx', 'word', { lowAccuracy: true, languages: ['en'] }], ['whisper-base', 'word']);
  const ask = (available: SpeechProvider[], id: string, model: string, more = {}): string[] =>
    enginesToAsk(available, { provider: id, model, language: null, diarize: false, ...more }).map(
      (choice) => `${choice.provider.id}/${choice.model.id}`,
    );

  it('is first somebody else with times as fine, then the same, then coarser ones', () => {
    expect(ask([openai, groq], 'groq', 'turbo').slice(0, 3)).toEqual(['groq/large', 'openai/whisper-1', 'groq/turbo']);
    expect(ask([openai], 'openai', 'whisper-1')).toEqual(['openai/whisper-1', 'openai/gpt', 'openai/diarize']);
  });

  it('is nobody outside when the sound was to stay on this machine, and no engine for trying out', () => {
    expect(ask([openai, groq, local], 'local', 'whisper-base')).toEqual(['local/whisper-base']);
    expect(ask([openai, local], 'openai', 'whisper-1')).not.toContain('local/pocketsphinx');
    expect(ask([provider('local', ['pocketsphinx', 'word', { lowAccuracy: true }])], 'local', 'pocketsphinx')).toEqual([
      'local/pocketsphinx',
    ]);
  });

  it('is only whom an order or a policy lets ask', () => {
    expect(ask([openai, groq, local], 'groq', 'turbo', { order: ['groq/turbo', 'openai/gpt'] })).toEqual([
      'groq/turbo',
      'openai/gpt',
    ]);
    const order = ['local/whisper-base', 'openai/whisper-1'];
    expect(ask([openai, groq, local], 'local', 'whisper-base', { order })).toEqual(['openai/whisper-1', 'local/whisper-base']);
    expect(ask([openai, groq, local], 'local', 'whisper-base', { policy: 'private' })).toEqual(['local/whisper-base']);
  });

  it('is only who can do what was ordered', () => {
    expect(ask([openai], 'openai', 'diarize', { diarize: true })).toEqual(['openai/diarize']);
    expect(ask([local], 'local', 'whisper-base', { language: 'de' })).toEqual(['local/whisper-base']);
    expect(ask([groq], 'openai', 'whisper-1')).toEqual([]);
  });
});
