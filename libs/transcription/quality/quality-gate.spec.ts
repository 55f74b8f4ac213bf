import { describe, expect, it } from '@jest/globals';
import type { ChunkTranscript } from '#database';
import { doubled, hidden, looped, lossIn, madeUp, type Place, without } from './faults.fixture.js';
import { type ChunkSound, gapsBetween, heard, type HeardChunk } from './heard.js';
import { answerFor, cutMade, dice, makeRecording, type MadeRecording, type Times, wordsIn } from './made-recording.fixture.js';
import { settle } from './settle.js';
import { stretchToAskAgain } from './stretch-again.js';
import { surroundingsOf, suspicions } from './suspect.js';
import type { Surroundings, Suspicion } from './suspicion.js';

/** How long the chunks are that models of each kind are given. */
const CHUNK_SECONDS: Record<Times, number> = { word: 60, line: 60, rough: 60, none: 12 };
const RECORDINGS = 300;
const PLACES: readonly Place[] = ['start', 'middle', 'end'];

interface Made {
  seed: number;
  recording: MadeRecording;
  chunks: ChunkSound[];
  answers: ChunkTranscript[];
  heard: HeardChunk[];
}

const NOTHING: ChunkTranscript = { text: '', language: null, timestampSource: 'none', segments: [], words: [], warnings: [] };

const TIMES: readonly Times[] = ['word', 'line', 'rough', 'none'];
const recordings = Array.from({ length: RECORDINGS }, (_, at) => makeRecording(at + 1));
const answered = new Map(TIMES.map((times) => [times, recordings.map((recording, at) => answer(recording, at + 1, times))]));

function answer(recording: MadeRecording, seed: number, times: Times): Made {
  const chunks = cutMade(recording, CHUNK_SECONDS[times]);
  const chance = dice(seed + 10_000);
  const answers = chunks.map((chunk) => answerFor(wordsIn(recording.words, chunk), chunk, times, chance));
  return { seed, recording, chunks, answers, heard: chunks.map((chunk, at) => heard(chunk, answers[at] ?? NOTHING)) };
}

function made(times: Times): readonly Made[] {
  return answered.get(times) ?? [];
}

/** What the recording says about one chunk when its answer is another one. */
function around(recording: Made, at: number, given: ChunkTranscript): Surroundings {
  const chunk = recording.chunks[at];
  if (chunk === undefined) throw new Error('There is no such chunk.');
  const own = heard(chunk, given);
  return surroundingsOf(recording.heard.with(at, own), null)(own);
}

function judge(recording: Made, at: number, given: ChunkTranscript): Suspicion[] {
  const chunk = recording.chunks[at];
  return chunk === undefined ? [] : suspicions(heard(chunk, given), around(recording, at, given));
}

/** What is suspicious in a recording as its provider answered, and what of it is left once another engine was asked. */
function findingsOf({ recording, chunks, answers, heard: all, seed }: Made, times: Times) {
  const around = surroundingsOf(all, null);
  const findings = all.flatMap((chunk, at) => {
    const [sound, first] = [chunks[at], answers[at]];
    if (sound === undefined || first === undefined) return [];
    const surroundings = around(chunk);
    const found = suspicions(chunk, surroundings);
    if (found.length === 0) return settle(sound, first, null, surroundings).findings;
    const stretch = stretchToAskAgain(chunk, first, found);
    const transcript = answerFor(wordsIn(recording.words, stretch), stretch, times, dice(seed + 50_000));
    const other = { provider: 'other', model: 'other', independent: true, transcript };
    return settle(sound, first, { stretch, surroundings, tries: [other], open: false }, surroundings).findings;
  });
  return { suspected: findings, flagged: findings.filter(({ outcome }) => outcome === 'kept' || outcome === 'removed') };
}

/** Injects a fault into one chunk of each recording, and tells of how many it was not found. */
function missed(times: Times, inject: (recording: Made, at: number, chunk: ChunkSound) => ChunkTranscript | undefined) {
  const misses: string[] = [];
  let injected = 0;
  for (const recording of made(times)) {
    const at = recording.seed % recording.chunks.length;
    const chunk = recording.chunks[at];
    const faulty = chunk === undefined ? undefined : inject(recording, at, chunk);
    if (faulty === undefined) continue;
    injected++;
    if (judge(recording, at, faulty).length === 0) misses.push(`recording ${recording.seed}, chunk ${at}`);
  }
  return { injected, misses };
}

function truncation(times: Times, place: Place, hide: boolean) {
  return missed(times, ({ recording, seed }, _, chunk) => {
    const loss = lossIn(recording, chunk, place, seed);
    if (loss === undefined) return undefined;
    const given = answerFor(without(wordsIn(recording.words, chunk), loss), chunk, times, dice(seed + 30_000));
    return hide ? hidden(given, chunk, loss) : given;
  });
}

describe.each<Times>(['word', 'line', 'none'])(`the quality gate over ${RECORDINGS} made recordings, times by: %s`, (times) => {
  it('flags no clean one (0 %)', () => {
    const all = made(times).map((recording) => findingsOf(recording, times));
    expect(all.flatMap(({ flagged }) => flagged)).toEqual([]);
    const chunks = made(times).reduce((sum, recording) => sum + recording.chunks.length, 0);
    const suspected = all.reduce((sum, recording) => sum + recording.suspected.length, 0);
    // Without times a slow speaker looks like lost text, until another engine hears the same.
    expect(suspected / chunks).toBeLessThanOrEqual(times === 'none' ? 0.01 : 0);
  });

  it.each(PLACES)('catches every loss of 5 s of speech or more at the %s (100 %%)', (place) => {
    const { injected, misses } = truncation(times, place, false);
    expect(injected).toBeGreaterThan(RECORDINGS / 2);
    expect(misses).toEqual([]);
  });

  it('catches them where the word or line before was stretched over the loss', () => {
    expect(truncation(times, 'middle', true).misses).toEqual([]);
  });

  it('catches an empty answer over 5 s of speech', () => {
    const { injected, misses } = missed(times, ({ recording }, _, chunk) => {
      const spoken = wordsIn(recording.words, chunk).reduce((sum, { start, end }) => sum + end - start, 0);
      return spoken < 5 ? undefined : answerFor([], chunk, times, dice(1));
    });
    expect(injected).toBeGreaterThan(RECORDINGS / 2);
    expect(misses).toEqual([]);
  });

  it('catches loops, and lines given twice', () => {
    const loops = missed(times, ({ recording, seed }, _, chunk) => {
      const loss = lossIn(recording, chunk, 'middle', seed);
      return loss && looped(chunk, wordsIn(recording.words, chunk), loss, times, seed);
    });
    expect(loops.injected).toBeGreaterThan(RECORDINGS / 2);
    expect(loops.misses).toEqual([]);
    const twice = missed(times, ({ answers }, at) => {
      const honest = answers[at];
      const longest = Math.max(0, ...(honest?.segments ?? []).map(({ text }) => text.split(' ').length));
      return honest && longest >= 8 ? doubled(honest) : undefined;
    });
    expect(twice.injected).toBeGreaterThan(RECORDINGS / 2);
    expect(twice.misses).toEqual([]);
  });
});

describe('the quality gate with times a language model wrote', () => {
  it('finds less, and still flags nothing that is clean', () => {
    expect(made('rough').flatMap((recording) => findingsOf(recording, 'rough').flagged)).toEqual([]);
    const runs = PLACES.map((place) => truncation('rough', place, false));
    const injected = runs.reduce((sum, run) => sum + run.injected, 0);
    const lost = runs.reduce((sum, run) => sum + run.misses.length, 0);
    // Of times that stray by half a second and more, a loss of 5 s stays just visible.
    expect(1 - lost / injected).toBeGreaterThan(0.95);
  });
});

describe('text over silence', () => {
  it.each<Times>(['word', 'line'])('is taken out and reported, and nothing else (%s)', (times) => {
    let [injected, removed] = [0, 0];
    for (const recording of made(times)) {
      const at = recording.seed % recording.chunks.length;
      const [chunk, honest] = [recording.chunks[at], recording.answers[at]];
      if (chunk === undefined || honest === undefined) continue;
      const pause = gapsBetween(chunk.speech, chunk).find(({ start, end }) => end - start > 4.8);
      if (pause === undefined) continue;
      injected++;
      const faulty = madeUp(honest, { start: pause.start - chunk.start, end: pause.end - chunk.start });
      const { transcript, findings } = settle(chunk, faulty, null, around(recording, at, faulty));
      expect(findings).toMatchObject([{ kind: 'text_over_silence' }]);
      const isRemoved = findings[0]?.outcome === 'removed';
      removed += Number(isRemoved);
      expect(transcript.text).toBe(isRemoved ? honest.text : faulty.text);
      expect(transcript.words).toEqual(isRemoved ? honest.words : faulty.words);
    }
    // The rest has a noise nearby that the text might belong to.
    expect(removed / injected).toBeGreaterThan(0.5);
    expect(injected).toBeGreaterThan(10);
  });
});
