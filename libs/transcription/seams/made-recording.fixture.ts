import type { ChunkTranscript } from '#database';
import type { PlacedChunk } from './join-seams.js';

/** A word as it was said; its text is unlike any other's misheard. */
export interface SaidWord {
  text: string;
  start: number;
  end: number;
}

/** What kind of answers a made provider gives. */
export interface Hearing {
  times: 'words' | 'lines' | 'model' | 'none';
  /** A script without spaces, whose words come in pieces that differ from chunk to chunk. */
  unspaced?: boolean;
  /** Share of words understood as another word, each time another. */
  misheard?: number;
}

/** Numbers that look random and are the same in each run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const COMMON = 'the a and of to in is that it was for on we you with they be at have this not but from or by'.split(' ');
const RARE = (
  'house river meeting morning paper summer price bread window garden report number question answer teacher station engine harbour ' +
  'letter market budget contract signal winter coffee bridge camera doctor lawyer village don’t we’ll well-known 42 2026 100'
).split(' ');
const CHARACTERS = [...'今日会議始前資料見下来月予算決必要思東京大阪支店売上昨年比増客新製品説明時間足次回続'];

/** People say so many seconds of speech with 2 to 5 words a second; some words twice, pauses now and then. */
export function sayWords(
  random: () => number,
  seconds: number,
  { unspaced = false }: Pick<Hearing, 'unspaced'> = {},
): SaidWord[] {
  const words: SaidWord[] = [];
  const pace = (unspaced ? 0.12 : 0.2) + random() * 0.2;
  for (let at = random(); at < seconds;) {
    const length = pace * (0.6 + random() * 0.8);
    const last = words.at(-1);
    const again = last !== undefined && random() < 0.06;
    words.push({
      text: again ? last.text : chosen(random, unspaced ? CHARACTERS : random() < 0.4 ? COMMON : RARE),
      start: at,
      end: at + length,
    });
    at += length + (random() < 0.06 ? 0.3 + random() * 0.7 : 0.02);
  }
  return words;
}

/** Cuts a recording anywhere, in the middle of words too, into chunks that share three to five seconds. */
export function cutAnywhere(random: () => number, seconds: number): Omit<PlacedChunk, 'transcript'>[] {
  const chunks: Omit<PlacedChunk, 'transcript'>[] = [];
  for (let start = 0, overlap = 0; ;) {
    const end = Math.min(seconds, start + 15 + random() * 15);
    chunks.push({ startSeconds: start, endSeconds: end, overlapSeconds: overlap });
    if (end >= seconds) return chunks;
    overlap = 3 + random() * 2;
    start = end - overlap;
  }
}

/** What a provider makes of a chunk: times off by up to 0.3 s, words at its edges lost, garbled or whole, case and points as it likes. */
export function hear(
  random: () => number,
  said: readonly SaidWord[],
  { startSeconds, endSeconds }: Omit<PlacedChunk, 'transcript'>,
  hearing: Hearing,
): ChunkTranscript {
  const seconds = endSeconds - startSeconds;
  const offset = (random() - 0.5) * 0.1;
  let earliest = 0;
  const inside = said.filter(({ start, end }) => end > startSeconds && start < endSeconds);
  const words = inside.flatMap((word) => {
    const text = heardText(random, word, startSeconds, endSeconds, hearing);
    if (text === undefined) return [];
    const shift = offset + (random() - 0.5) * 0.5;
    const start = Math.max(earliest, Math.min(word.start - startSeconds + shift, seconds));
    const end = Math.min(seconds, Math.max(start, word.end - startSeconds + shift));
    earliest = start;
    return [{ start, end, text: dressed(random, text, hearing), confidence: null }];
  });
  return transcriptOf(random, words, seconds, hearing);
}

function heardText(
  random: () => number,
  { text, start, end }: SaidWord,
  chunkStart: number,
  chunkEnd: number,
  { misheard = 0, unspaced = false }: Hearing,
): string | undefined {
  const heard = (Math.min(end, chunkEnd) - Math.max(start, chunkStart)) / (end - start);
  if (heard > 0.999)
    return random() < misheard ? text.replaceAll(/[\p{L}\p{N}’]+/gu, `mumble${Math.floor(random() * 1e9)}`) : text;
  const fate = random();
  if (heard < 0.3 || fate < 0.4) return undefined;
  if (unspaced || fate < 0.6) return text;
  const letters = Math.max(1, Math.floor(text.length * heard));
  return start < chunkStart ? text.slice(-letters) : text.slice(0, letters);
}

function dressed(random: () => number, text: string, { unspaced = false }: Hearing): string {
  if (unspaced) return text + (random() < 0.1 ? '、' : '');
  const cased = random() < 0.2 ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
  const quoted = random() < 0.03 ? `“${cased}”` : cased;
  return quoted + (random() < 0.15 ? chosen(random, [',', '.', '?', ';', '…']) : '');
}

/** Lines of some words each; the words with times carry no points, as those of Whisper's API. */
function transcriptOf(
  random: () => number,
  heard: readonly ChunkTranscript['words'][number][],
  seconds: number,
  { times, unspaced = false }: Hearing,
): ChunkTranscript {
  const lines: ChunkTranscript['words'][] = [];
  for (const word of heard) {
    const line = lines.at(-1);
    if (line === undefined || (times !== 'none' && random() < 0.1)) lines.push([word]);
    else line.push(word);
  }
  const wander = (): number => (times === 'model' ? (random() - 0.5) * 2 : 0);
  const segments = lines.map((line) => {
    const start = times === 'none' ? 0 : Math.max(0, (line[0]?.start ?? 0) + wander());
    const end = times === 'none' ? seconds : Math.max(start, Math.min(seconds, (line.at(-1)?.end ?? 0) + wander()));
    return { start, end, text: line.map(({ text }) => text).join(unspaced ? '' : ' '), speaker: null, confidence: null };
  });
  const timed = times !== 'words' ? [] : unspaced ? lines.flatMap((line) => inPieces(random, line)) : heard;
  return {
    text: segments.map(({ text }) => text).join(unspaced ? '' : ' '),
    language: unspaced ? 'ja' : 'en',
    timestampSource: times === 'words' || times === 'lines' ? 'provider' : times,
    segments,
    words: timed.map((word) => ({ ...word, text: word.text.replaceAll(/^[“]|[”,.?;…、]+$/gu, '') })),
    warnings: [],
  };
}

/** Characters put together to words of one or two, as the model happens to do. */
function inPieces(random: () => number, characters: readonly ChunkTranscript['words'][number][]): ChunkTranscript['words'] {
  const pieces: ChunkTranscript['words'] = [];
  for (const character of characters) {
    const last = pieces.at(-1);
    if (last !== undefined && last.text.length === 1 && random() < 0.4) {
      Object.assign(last, { text: last.text + character.text, end: character.end });
    } else pieces.push({ ...character });
  }
  return pieces;
}

function chosen<T>(random: () => number, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('There is nothing to choose from.');
  return found;
}
