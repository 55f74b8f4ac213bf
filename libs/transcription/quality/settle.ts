import type { ChunkRedo, ChunkTranscript, ChunkTry, QualityFinding } from '#database';
import { coverageOf } from './coverage.js';
import { type ChunkSound, heard, type HeardChunk, middle, type Stretch } from './heard.js';
import { textOverSilence } from './silence.js';
import { spliced, withoutText } from './splice.js';
import { suspicions, weightOf } from './suspect.js';
import type { Surroundings, Suspicion } from './suspicion.js';
import { likeness, scriptOf } from './tokens.js';

/** What stands in the end of a chunk, and how good it is. */
export interface Settled {
  transcript: ChunkTranscript;
  findings: QualityFinding[];
  /** What is still suspicious. */
  left: Suspicion[];
  speechSeconds: number;
  coveredSeconds: number | null;
}

/** Another answer must be so much better than the first to take its place: engines that differ in details are no reason. */
const CLEARLY_BETTER = 0.7;
/** Two engines that hear so much the same confirm each other. */
const SAME_TEXT = 0.7;

/**
 * Decides between a chunk's first answer and those it was asked for later, takes out text over silence, and says what was found.
 * @param redo null when nobody was asked again
 */
export function settle(sound: ChunkSound, first: ChunkTranscript, redo: ChunkRedo | null, surroundings: Surroundings): Settled {
  const found = suspicions(heard(sound, first), surroundings);
  const tries = redo?.tries ?? [];
  const best = bestOf(sound, first, redo, surroundings);
  const asked = [...new Set(tries.map(({ provider, model }) => `${provider}/${model}`))];
  const outcomes = found.map((suspicion) => ({ suspicion, outcome: outcomeOf(suspicion, { sound, first, best, redo }) }));
  const fresh = best.left.filter((suspicion) => !found.some((known) => isSame(known, suspicion)));
  const unheard = textOverSilence(heard(sound, best.transcript)).filter(({ removable }) => removable);
  const transcript = withoutText(
    best.transcript,
    unheard.map(({ start, end }) => ({ start: start - sound.start, end: end - sound.start })),
  );
  return {
    transcript,
    findings: [
      ...outcomes.map(({ suspicion, outcome }) => findingOf(suspicion, outcome, asked)),
      ...fresh.map((suspicion) => findingOf(suspicion, 'kept', asked)),
      ...unheard.map((suspicion) => findingOf(suspicion, 'removed', [])),
    ].toSorted((a, b) => a.start - b.start),
    left: [...outcomes.filter(({ outcome }) => outcome === 'kept').map(({ suspicion }) => suspicion), ...fresh],
    ...coverageOf(heard(sound, transcript)),
  };
}

interface Judged {
  transcript: ChunkTranscript;
  left: Suspicion[];
  isFirst: boolean;
}

function bestOf(sound: ChunkSound, first: ChunkTranscript, redo: ChunkRedo | null, surroundings: Surroundings): Judged {
  const judge = (transcript: ChunkTranscript, isFirst: boolean): Judged => {
    return { transcript, left: suspicions(heard(sound, transcript), surroundings), isFirst };
  };
  let best = judge(first, true);
  const bar = weightOf(best.left) * CLEARLY_BETTER;
  for (const { transcript } of redo?.tries ?? []) {
    if (redo === null || transcript === null) continue;
    const other = judge(spliced(first, fromChunk(redo.stretch, sound), transcript), false);
    if (weightOf(other.left) <= bar && weightOf(other.left) < weightOf(best.left)) best = other;
  }
  return best;
}

function fromChunk({ start, end }: Stretch, sound: ChunkSound): Stretch {
  return { start: start - sound.start, end: end - sound.start };
}

interface Case {
  sound: ChunkSound;
  first: ChunkTranscript;
  best: Judged;
  redo: ChunkRedo | null;
}

function outcomeOf(suspicion: Suspicion, { sound, first, best, redo }: Case): QualityFinding['outcome'] {
  if (!best.isFirst && !best.left.some((other) => isSame(other, suspicion))) return 'mended';
  // Where nothing was heard anywhere, engines that agree may just as well all be broken.
  if (redo === null || !best.isFirst || redo.surroundings.allSilent) return 'kept';
  const chunk = heard(sound, first);
  const agrees = redo.tries.some((other) => confirms(suspicion, chunk, redo.stretch, other));
  return agrees ? 'confirmed' : 'kept';
}

/** Whether another answer says that what looks wrong is right. */
function confirms(suspicion: Suspicion, chunk: HeardChunk, stretch: Stretch, { transcript, independent }: ChunkTry): boolean {
  if (transcript === null) return false;
  const again = heard({ ...chunk, ...stretch }, transcript);
  switch (suspicion.kind) {
    case 'language_change':
      return again.text !== '' && again.language === chunk.language && scriptOf(again.text) === scriptOf(chunk.text);
    case 'missing_text':
    case 'loop':
      return independent && likeness(textWithin(chunk, suspicion), textWithin(again, suspicion)) >= SAME_TEXT;
    default:
      return false;
  }
}

function textWithin(chunk: HeardChunk, stretch: Stretch): string {
  if (chunk.pieces.length === 0) return chunk.text;
  const within = chunk.pieces.filter((piece) => middle(piece) >= stretch.start && middle(piece) <= stretch.end);
  return within.map(({ text }) => text).join(' ');
}

function isSame(one: Suspicion, other: Suspicion): boolean {
  return one.kind === other.kind && one.start < other.end && other.start < one.end;
}

function findingOf({ kind, start, end, detail }: Suspicion, outcome: QualityFinding['outcome'], asked: string[]): QualityFinding {
  return { kind, start: round(start), end: round(end), detail, outcome, asked };
}

function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
