import { describe, expect, it } from '@jest/globals';
import type { ChunkTranscript } from '#database';
import { assembleTranscript } from '../assemble-transcript.js';
import type { PlacedChunk } from './join-seams.js';

const EMPTY: ChunkTranscript = { text: '', language: null, timestampSource: 'provider', segments: [], words: [], warnings: [] };

/** A chunk of ten seconds; the second begins at 6 s, so that four are shared. */
function chunk(startSeconds: number, given: Partial<ChunkTranscript> | null): PlacedChunk {
  const overlapSeconds = startSeconds > 0 ? 4 : 0;
  return { startSeconds, endSeconds: startSeconds + 10, overlapSeconds, transcript: given && { ...EMPTY, ...given } };
}

function line(start: number, end: number, text: string): ChunkTranscript['segments'][number] {
  return { start, end, text, speaker: null, confidence: null };
}

/** Words of 0.4 s, each at its time. */
function words(...given: [start: number, text: string][]): Partial<ChunkTranscript> {
  const timed = given.map(([start, text]) => ({ start, end: start + 0.4, text, confidence: null }));
  const text = given.map(([, word]) => word).join(' ');
  return { text, segments: [line(given[0]?.[0] ?? 0, (given.at(-1)?.[0] ?? 0) + 0.4, text)], words: timed };
}

function textOf(...chunks: PlacedChunk[]): string {
  return assembleTranscript(chunks).text;
}

describe('a seam', () => {
  it('lies after a word both heard, away from what the edges garbled', () => {
    const left = words([5, 'we'], [6, 'met'], [7, 'her'], [8, 'in'], [9.6, 'Lon']);
    const right = words([0, 'et'], [1, 'her'], [2, 'in'], [3.6, 'London'], [5, 'again']);
    expect(textOf(chunk(0, left), chunk(6, right))).toBe('we met her in London again');
  });

  it('keeps a word said twice twice, also where one side lost one of them', () => {
    const left = words([5, 'that'], [6.2, 'that'], [7, 'is'], [8, 'very'], [8.8, 'very']);
    const right = words([0.2, 'that'], [1, 'is'], [2, 'very'], [2.8, 'very'], [3.7, 'very'], [5, 'good']);
    expect(textOf(chunk(0, left), chunk(6, right))).toBe('that that is very very very good');
  });

  it('takes the side that heard more where the two differ', () => {
    const left = words([5, 'it'], [6.3, 'costs'], [7, 'forty'], [7.5, 'two'], [8, 'euros']);
    const right = words([0.3, 'costs'], [1, '42'], [2, 'euros'], [4, 'today']);
    expect(textOf(chunk(0, left), chunk(6, right))).toBe('it costs forty two euros today');
  });

  it('lies between words where both heard something else', () => {
    const left = words([5, 'one'], [6.3, 'two'], [7, 'three'], [8.8, 'door']);
    const right = words([0.4, 'too'], [1.1, 'tree'], [2.8, 'four'], [5, 'five']);
    expect(textOf(chunk(0, left), chunk(6, right))).toBe('one two three four five');
  });

  it('keeps all where only one side heard anything in what they share', () => {
    expect(textOf(chunk(0, words([1, 'early'], [9, 'late'])), chunk(6, words([5, 'later'])))).toBe('early late later');
    expect(textOf(chunk(0, words([1, 'early'])), chunk(6, words([1, 'late'], [5, 'later'])))).toBe('early late later');
    expect(textOf(chunk(0, words([1, 'early'])), chunk(6, {}))).toBe('early');
  });

  it('keeps all of a chunk whose neighbour failed', () => {
    const chunks = [chunk(0, words([1, 'early'], [9, 'late'])), chunk(6, null), chunk(12, words([2, 'later']))];
    expect(textOf(...chunks)).toBe('early late later');
  });

  it('leaves points with the word before, and what opens a quotation with the word after', () => {
    const left = { text: 'She asked, “Why not?”', segments: [line(5, 10, 'She asked, “Why not?”')] };
    const right = { text: 'asked, “Why not?” He left.', segments: [line(0, 5, 'asked, “Why not?” He left.')] };
    const { text, segments } = assembleTranscript([chunk(0, left), chunk(6, right)]);
    expect(text).toBe('She asked, “Why not?” He left.');
    expect(segments.map((segment) => segment.text).join(' ')).toBe(text);
  });

  it('joins texts that are not lines, and scripts without spaces without one', () => {
    const chunks = [chunk(0, { text: '今日は会議を始め', timestampSource: 'none' }), chunk(6, { text: '会議を始めます。' })];
    expect(textOf(...chunks)).toBe('今日は会議を始めます。');
  });

  it('is not looked for between chunks that share nothing', () => {
    const later = { ...chunk(10, words([0, 'day'], [1, 'after'])), overlapSeconds: 0 };
    expect(textOf(chunk(0, words([8.5, 'after'], [9.5, 'day'])), later)).toBe('after day day after');
  });
});
