import { FRAMES_PER_SECOND, levelOf, STEPS_PER_DECIBEL } from './sound-levels.js';

/** A stretch of a recording, in seconds from its start. */
export interface Span {
  start: number;
  end: number;
}

/** A stretch of frames, `to` excluded. */
export interface FrameSpan {
  from: number;
  to: number;
}

/** Seconds before and after a moment in which its background noise is looked for. */
const NOISE_SECONDS = 10;
/** Even speech without a pause is this quiet for such a share of the time: between syllables and in stops. */
const NOISE_SHARE = 0.1;
/** How far over the noise a frame must be. White noise strays by 1 dB, rooms and fans by 3; vowels stand 10 dB over noise as loud as the speech. */
const OVER_NOISE = 5 * STEPS_PER_DECIBEL;
/** Below −80 dB of full scale is the rounding of 16-bit samples, not sound. */
const INAUDIBLE = levelOf(-80);
/** A click is shorter; the shortest words have vowels longer than this. */
const SHORTEST_SOUND = frames(0.06);
/** Sounds closer than this belong to one word: the stop in "cat-call" is silent for 0.1 s. */
const WITHIN_WORD = frames(0.2);
/** Words begin and end with consonants too quiet to be seen. */
const MARGIN = frames(0.2);
/** Spans closer than this are one stretch of speech. */
const SAME_SPEECH = frames(0.5);

function frames(seconds: number): number {
  return Math.round(seconds * FRAMES_PER_SECOND);
}

/**
 * The noise floor of every second: the lower of what was before and what comes after, so that noise ending or beginning never hides quiet
 * speech next to it.
 */
function noiseFloors(levels: Uint8Array): Uint8Array {
  const seconds = Math.ceil(levels.length / FRAMES_PER_SECOND);
  const after = Uint8Array.from({ length: seconds }, (_, second) =>
    percentile(levels.subarray(second * FRAMES_PER_SECOND, (second + NOISE_SECONDS) * FRAMES_PER_SECOND)),
  );
  // What follows up to the end is short there; what came before is the same window, begun ten seconds earlier.
  return after.map((floor, second) => Math.min(floor, after[Math.max(0, second + 1 - NOISE_SECONDS)] ?? floor));
}

/** The level that the quietest tenth stays below. */
function percentile(levels: Uint8Array): number {
  const counts = new Uint16Array(256);
  for (const level of levels) counts[level] = (counts[level] ?? 0) + 1;
  let left = Math.floor(levels.length * NOISE_SHARE);
  for (let level = 0; level < 256; level++) {
    left -= counts[level] ?? 0;
    if (left < 0) return level;
  }
  return 255;
}

/**
 * Where something sounds that may be speech: stretches of frames over the noise, clicks left out, the gaps inside words closed.
 * What lies between them is a pause.
 * @param levels levels of the recording as far as it is known
 * @param from first frame asked about; ten seconds before it are looked at too
 */
export function soundingSpans(levels: Uint8Array, from = 0): FrameSpan[] {
  const first = Math.max(0, from - NOISE_SECONDS * FRAMES_PER_SECOND);
  const floors = noiseFloors(levels.subarray(first));
  const bursts: FrameSpan[] = [];
  for (let frame = first; frame < levels.length; frame++) {
    const floor = floors[Math.floor((frame - first) / FRAMES_PER_SECOND)] ?? 0;
    if ((levels[frame] ?? 0) <= Math.max(floor + OVER_NOISE, INAUDIBLE)) continue;
    const last = bursts.at(-1);
    if (last?.to === frame) last.to++;
    else bursts.push({ from: frame, to: frame + 1 });
  }
  return joined(bursts, WITHIN_WORD).filter((span) => span.to > from && !isClick(span));
}

function isClick({ from, to }: FrameSpan): boolean {
  return to - from < SHORTEST_SOUND;
}

/**
 * Where there may be speech, with a margin. Doubtful sound counts as speech: a span too many costs a look, one too few loses words.
 * @param sounding what `soundingSpans` found
 * @param within the frames asked about
 * @returns spans in seconds, inside `within`
 */
export function speechSpans(sounding: readonly FrameSpan[], within: FrameSpan): Span[] {
  const widened = sounding
    .map(({ from, to }) => ({ from: Math.max(from - MARGIN, within.from), to: Math.min(to + MARGIN, within.to) }))
    .filter(({ from, to }) => from < to);
  return inSeconds(joined(widened, SAME_SPEECH));
}

/** Spans with those joined that lie closer than so many frames. */
function joined(spans: readonly FrameSpan[], closerThan: number): FrameSpan[] {
  const result: FrameSpan[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last !== undefined && span.from - last.to < closerThan) last.to = Math.max(last.to, span.to);
    else result.push({ ...span });
  }
  return result;
}

/** The speech of a whole recording from that of its chunks, whose spans end at the cuts. */
export function joinedSpeech(spans: readonly Span[]): Span[] {
  const inFrames = spans.map(({ start, end }) => ({ from: frames(start), to: frames(end) }));
  return inSeconds(joined(inFrames, SAME_SPEECH));
}

function inSeconds(spans: readonly FrameSpan[]): Span[] {
  return spans.map(({ from, to }) => ({ start: from / FRAMES_PER_SECOND, end: to / FRAMES_PER_SECOND }));
}
