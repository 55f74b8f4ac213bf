import { describe, expect, it } from '@jest/globals';
import type { ChunkRedo, ChunkTranscript, ChunkTry } from '#database';
import type { ChunkSound } from './heard.js';
import { inLines } from './made-recording.fixture.js';
import { settle } from './settle.js';

const WORDS = (
  'the river runs past an old mill where nobody has lived since winter and its garden is full of yellow flowers that somebody must have ' +
  'planted before they left for good without a word to us'
).split(' ');

/** Two words a second from a moment of the chunk on, as the provider gives them. */
function answer(from: number, to: number, first = from * 2, zero = from): ChunkTranscript {
  const words = WORDS.slice(first, first + (to - from) * 2).map((text, at) => {
    const start = from - zero + at / 2;
    return { start, end: start + 0.4, text, confidence: null };
  });
  return of(words);
}

function of(words: ChunkTranscript['words'], language = 'en'): ChunkTranscript {
  const segments = inLines(words);
  const text = segments.map((line) => line.text).join(' ');
  return { text, language, timestampSource: 'provider', segments, words, warnings: [] };
}

const SOUND: ChunkSound = { index: 0, channel: 0, start: 100, end: 116, speech: [{ start: 100, end: 116 }] };
const SURROUNDINGS = { paces: {}, tongue: null, allSilent: false };
const LOST = of([...answer(0, 4).words, ...answer(12, 16, 24, 0).words]);

function tried(transcript: ChunkTranscript | null, independent: boolean): ChunkTry {
  return { provider: 'groq', model: independent ? 'whisper-large-v3' : 'whisper-large-v3-turbo', independent, transcript };
}

function redo(...tries: ChunkTry[]): ChunkRedo {
  return { stretch: { start: 104, end: 112 }, surroundings: SURROUNDINGS, tries, open: false };
}

function settled(given: ChunkRedo | null, first = LOST, sound = SOUND) {
  return settle(sound, first, given, given?.surroundings ?? SURROUNDINGS);
}

describe('settling a chunk', () => {
  it('tells of what is missing when nobody was asked', () => {
    const { findings, left, transcript } = settled(null);
    expect(findings).toMatchObject([{ kind: 'missing_text', outcome: 'kept', asked: [] }]);
    expect(findings[0]?.start).toBeCloseTo(104.3, 1);
    expect(findings[0]?.end).toBeCloseTo(111.6, 1);
    expect(left).toHaveLength(1);
    expect(transcript).toEqual(LOST);
  });

  it('puts a better answer in its place, with its times', () => {
    const { findings, left, transcript } = settled(redo(tried(answer(4, 12, 8), false)));
    expect(findings).toMatchObject([{ kind: 'missing_text', outcome: 'mended', asked: ['groq/whisper-large-v3-turbo'] }]);
    expect(left).toEqual([]);
    expect(transcript.text).toBe(WORDS.slice(0, 32).join(' '));
    expect(transcript.words).toEqual(answer(0, 16).words);
  });

  it('takes a word heard on both sides of a cut once', () => {
    const again = answer(4, 12, 8);
    const doubled = of([{ start: 0, end: 0.2, text: 'Where,', confidence: null }, ...again.words]);
    expect(WORDS[7]).toBe('where');
    expect(settled(redo(tried(doubled, false))).transcript.text).toBe(WORDS.slice(0, 32).join(' '));
  });

  it('believes another engine that hears nothing there either, and not the same one', () => {
    const nothing = of([]);
    expect(settled(redo(tried(nothing, true))).findings).toMatchObject([{ outcome: 'confirmed' }]);
    expect(settled(redo(tried(nothing, true))).left).toEqual([]);
    expect(settled(redo(tried(nothing, false))).findings).toMatchObject([{ outcome: 'kept' }]);
    expect(settled(redo(tried(null, true))).findings).toMatchObject([{ outcome: 'kept' }]);
  });

  it('believes nobody where nothing was heard in the whole recording', () => {
    const silent = { ...redo(tried(of([]), true)), surroundings: { ...SURROUNDINGS, allSilent: true } };
    expect(settled(silent, of([])).findings).toMatchObject([{ kind: 'missing_text', outcome: 'kept' }]);
  });

  it('takes the best of several answers', () => {
    const { transcript, findings } = settled(redo(tried(answer(4, 6, 8), false), tried(answer(4, 12, 8), true)));
    expect(transcript.text).toBe(WORDS.slice(0, 32).join(' '));
    expect(findings).toMatchObject([{ outcome: 'mended', asked: ['groq/whisper-large-v3-turbo', 'groq/whisper-large-v3'] }]);
  });

  it('lets two engines that hear the same loop confirm it', () => {
    const refrain = of(
      Array.from({ length: 32 }, (_, at) => ({ start: at / 2, end: at / 2 + 0.4, text: 'hey', confidence: null })),
    );
    const again = { ...redo(tried(refrain, true)), stretch: { start: 100, end: 116 } };
    expect(settled(again, refrain).findings).toMatchObject([{ kind: 'loop', outcome: 'confirmed' }]);
    expect(settled(again, refrain).transcript).toEqual(refrain);
  });

  it('takes text out where nobody speaks, and leaves the rest as it was', () => {
    const sound = { ...SOUND, speech: [{ start: 100, end: 108 }] };
    const made = of([...answer(0, 8).words, { start: 13, end: 13.3, text: 'thanks', confidence: null }]);
    const { transcript, findings } = settled(null, made, sound);
    expect(transcript).toEqual(answer(0, 8));
    expect(findings).toMatchObject([{ kind: 'text_over_silence', outcome: 'removed', start: 113 }]);
  });

  it('takes nothing out where speech without text is near: there the times are wrong', () => {
    const sound = { ...SOUND, speech: [{ start: 100, end: 108 }] };
    const late = of([...answer(0, 4).words, ...answer(12, 15, 8, 0).words]);
    const { transcript, findings } = settled(null, late, sound);
    expect(transcript.text).toBe(late.text);
    expect(findings.map(({ outcome }) => outcome)).not.toContain('removed');
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'text_over_silence', outcome: 'kept' }));
  });
});

describe('a chunk in another language than the rest', () => {
  const surroundings = { ...SURROUNDINGS, tongue: { language: 'en', script: 'Latin' } };
  const welsh = { ...answer(0, 16), language: 'cy' };

  it('is mended by an answer in that of the rest, and confirmed by one in its own', () => {
    const asked = (language: string) => ({
      ...redo(tried({ ...answer(0, 16), language }, false)),
      stretch: { start: 100, end: 116 },
      surroundings,
    });
    expect(settled(asked('en'), welsh).findings).toMatchObject([{ kind: 'language_change', outcome: 'mended' }]);
    expect(settled(asked('en'), welsh).transcript.language).toBe('en');
    expect(settled(asked('cy'), welsh).findings).toMatchObject([{ kind: 'language_change', outcome: 'confirmed' }]);
  });
});
