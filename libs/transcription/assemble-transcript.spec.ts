import { describe, expect, it } from '@jest/globals';
import type { ChunkTranscript } from '#database';
import { assembleTranscript } from './assemble-transcript.js';
import type { PlacedChunk } from './seams/join-seams.js';

type Segment = ChunkTranscript['segments'][number];

function line(start: number, end: number, text: string, speaker: string | null = null): Segment {
  return { start, end, text, speaker, confidence: null };
}

function chunk(startSeconds: number, endSeconds: number, given: Partial<ChunkTranscript>): PlacedChunk {
  const empty = { text: '', language: null, timestampSource: 'provider' as const, segments: [], words: [], warnings: [] };
  return { startSeconds, endSeconds, overlapSeconds: 0, transcript: { ...empty, ...given } };
}

function timesOf(chunks: PlacedChunk[]): [number, number][] {
  return assembleTranscript(chunks).segments.map(({ start, end }) => [start, end]);
}

describe('assembleTranscript', () => {
  it('counts times from the start of the recording', () => {
    const chunks = [chunk(0, 300, { segments: [line(1, 2, 'one')] }), chunk(300, 600, { segments: [line(0.25, 2.5, 'two')] })];
    expect(timesOf(chunks)).toEqual([
      [1, 2],
      [300.25, 302.5],
    ]);
  });

  it('keeps times inside their chunk', () => {
    expect(timesOf([chunk(10, 20, { segments: [line(-3, 4, 'early'), line(8, 99, 'late'), line(50, 60, 'beyond')] })])).toEqual([
      [10, 14],
      [18, 20],
      [20, 20],
    ]);
  });

  it('never goes back', () => {
    const segments = [line(5, 6, 'a'), line(2, 3, 'b'), line(5.5, 5.2, 'c')];
    expect(timesOf([chunk(0, 10, { segments })])).toEqual([
      [5, 6],
      [5, 5],
      [5.5, 5.5],
    ]);
  });

  it('rounds to milliseconds', () => {
    expect(timesOf([chunk(0.1, 10, { segments: [line(0.2, 1.00049, 'a')] })])).toEqual([[0.3, 1.1]]);
  });

  it('joins texts and leaves silence out', () => {
    const chunks = [chunk(0, 1, { text: ' good morning ' }), chunk(1, 2, { text: '  ' }), chunk(2, 3, { text: 'everyone' })];
    expect(assembleTranscript(chunks).text).toBe('good morning everyone');
  });

  it('gives each word to the line it is spoken in, and loses none', () => {
    const word = (start: number, end: number, text: string) => ({ start, end, text, confidence: null });
    const words = [word(0, 0.2, 'um'), word(1.8, 2.3, 'border'), word(3, 3.5, 'between'), word(5, 5.5, 'second')];
    const { segments } = assembleTranscript([chunk(100, 110, { segments: [line(1, 2, 'first'), line(4, 6, 'second')], words })]);
    expect(segments.map((segment) => segment.words.map(({ text }) => text))).toEqual([['um', 'border', 'between'], ['second']]);
    expect(segments[1]?.words).toEqual([{ start: 105, end: 105.5, text: 'second', confidence: null }]);
  });

  it('tells speakers of different chunks apart, where there are several with speech', () => {
    const spoken = { segments: [line(0, 1, 'hello', 'A')] };
    const speakersOf = (chunks: PlacedChunk[]) => assembleTranscript(chunks).segments.map(({ speaker }) => speaker);
    expect(speakersOf([chunk(0, 10, spoken), chunk(10, 20, {})])).toEqual(['A']);
    expect(speakersOf([chunk(0, 10, spoken), chunk(10, 20, spoken)])).toEqual(['A (part 1)', 'A (part 2)']);
    expect(speakersOf([chunk(0, 10, spoken), chunk(10, 20, { segments: [line(0, 1, 'hi')] })])).toEqual(['A (part 1)', null]);
  });

  it('takes the language of most of the time', () => {
    const chunks = [chunk(0, 10, { language: 'en' }), chunk(10, 40, { language: 'cs' }), chunk(40, 55, { language: 'en' })];
    expect(assembleTranscript(chunks).language).toBe('cs');
    expect(assembleTranscript([chunk(0, 10, {})]).language).toBeNull();
  });

  it('says each warning once', () => {
    const warnings = ['estimated_times: Times are estimated.'];
    expect(assembleTranscript([chunk(0, 1, { warnings }), chunk(1, 2, { warnings })]).warnings).toEqual(warnings);
  });

  it('makes an empty transcript of nothing', () => {
    expect(assembleTranscript([])).toEqual({ text: '', language: null, warnings: [], segments: [] });
  });
});
