import { FRAMES_PER_SECOND, STEPS_PER_DECIBEL } from './sound-levels.js';
import type { FrameSpan } from './speech-map.js';

/** How long the pieces of a recording should and may be, in frames. */
export interface PieceLengths {
  /** The length that suits. */
  target: number;
  /** The length never exceeded. */
  longest: number;
}

/** A pause of 0.6 s ends a phrase; longer ones are no surer places to cut. */
const SURE_PAUSE = 0.6 * FRAMES_PER_SECOND;
/** Without a pause, the quietest stretch of so many frames (0.1 s) is taken. */
const DIP = 5;
/** Words begin and end with consonants too quiet to be seen; a cut farther than this (0.14 s) from all sound goes through no word. */
const CLEAR_OF_WORDS = 0.14 * FRAMES_PER_SECOND;
/** A pause is sure when it is so much (10 dB) quieter than what sounds; in noise nearly as loud as the speech a quiet word is not seen. */
const QUIETER_THAN_SPEECH = 10 * STEPS_PER_DECIBEL;
/** What two pieces share at most where a cut may go through a word: several words at any speed of speech. */
const LONGEST_OVERLAP = 5 * FRAMES_PER_SECOND;
/** The least, as a share of that. */
const SHORTEST_OVERLAP_SHARE = 0.6;
/** Of short pieces no more than such a share is heard twice. */
const TWICE_HEARD_SHARE = 0.25;
/** A piece is at least this long, because providers refuse shorter sound. */
export const SHORTEST_PIECE = FRAMES_PER_SECOND;

/** The frames among which the end of a piece is looked for. */
export interface CutWindow extends FrameSpan {
  /** Where the end would best be. */
  target: number;
}

/**
 * The window of a piece that begins at `start`: from half its target to half as much again.
 * @param known frames known so far; what follows the cut will be no shorter than `SHORTEST_PIECE`
 */
export function cutWindow({ target, longest }: PieceLengths, start: number, known = Infinity): CutWindow {
  const from = start + Math.ceil(target / 2);
  const to = start + Math.min(Math.floor(target * 1.5), longest);
  return { from, to: Math.max(from, Math.min(to, known - SHORTEST_PIECE)), target: start + target };
}

/**
 * Chooses where a piece ends: in the middle of a pause, rather a long one, rather near the target; without a pause at the quietest moment.
 * @param levels levels of the recording, at least as far as the window reaches
 * @param sounding the stretches in it that are not pause
 * @returns the first frame of the next piece
 */
export function chooseCut(levels: Uint8Array, sounding: readonly FrameSpan[], window: CutWindow): number {
  let best: { at: number; worth: number } | undefined;
  for (const pause of pausesIn(sounding, window)) {
    const at = Math.floor((pause.from + pause.to) / 2);
    const worth =
      Math.min(pause.to - pause.from, SURE_PAUSE) / SURE_PAUSE - Math.abs(at - window.target) / (2 * (window.to - window.from));
    if (best === undefined || worth > best.worth) best = { at, worth };
  }
  return best?.at ?? quietest(levels, window);
}

/**
 * Chooses where the piece after a cut begins: at the cut when that lies in a pause, some seconds earlier when it may go through a word, at
 * the quietest moment there.
 * @param cut what `chooseCut` said
 * @param start where the piece that ends with the cut began
 */
export function chooseStart(levels: Uint8Array, sounding: readonly FrameSpan[], cut: number, start: number): number {
  if (isInPause(levels, sounding, cut, start)) return cut;
  const longest = Math.min(LONGEST_OVERLAP, Math.floor((cut - start) * TWICE_HEARD_SHARE));
  return quietest(levels, { from: cut - longest, to: cut - Math.ceil(longest * SHORTEST_OVERLAP_SHARE) });
}

function isInPause(levels: Uint8Array, sounding: readonly FrameSpan[], cut: number, start: number): boolean {
  const around = { from: cut - CLEAR_OF_WORDS, to: cut + CLEAR_OF_WORDS };
  if (sounding.some(({ from, to }) => from < around.to && to > around.from)) return false;
  const heard = sounding
    .map(({ from, to }) => levels.subarray(Math.max(from, start), Math.min(to, cut)))
    .filter(({ length }) => length > 0);
  const frames = heard.reduce((sum, { length }) => sum + length, 0);
  if (frames === 0) return true;
  const loudness = heard.reduce((sum, span) => sum + total(span), 0) / frames;
  return loudness - Math.max(...levels.subarray(around.from, around.to)) >= QUIETER_THAN_SPEECH;
}

function total(levels: Uint8Array): number {
  return levels.reduce((sum, level) => sum + level, 0);
}

/** What is not sounding inside the window. A pause that begins before it or ends after it is cut off there. */
function* pausesIn(sounding: readonly FrameSpan[], window: FrameSpan): Generator<FrameSpan> {
  let from = window.from;
  for (const sound of sounding) {
    const to = Math.min(sound.from, window.to);
    if (to > from) yield { from, to };
    from = Math.max(from, sound.to);
  }
  if (window.to > from) yield { from, to: window.to };
}

/** The middle of the quietest 0.1 s of the window; of several the last. */
function quietest(levels: Uint8Array, window: FrameSpan): number {
  let best = { at: window.to, sum: Infinity };
  for (let at = window.from; at + DIP <= window.to; at++) {
    const sum = total(levels.subarray(at, at + DIP));
    if (sum <= best.sum) best = { at: at + Math.floor(DIP / 2), sum };
  }
  return best.at;
}
