import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SAMPLE_RATE } from '../wav.js';
import { SoundFile } from './sound-file.js';

/** Numbers from 0 to 1 that are the same in each run. */
export function seeded(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the two voices can say; the first is the shortest. */
const SENTENCES = [
  'yes',
  'good morning everyone let us begin',
  'the numbers of the last quarter are better than we thought',
  'I would rather wait until the end of the month',
  'could you send me the report before Friday',
  'nobody told the customer about the delay',
];
const VOICES = ['slt', 'rms'] as const;

/** The sentences as each of the two voices speaks them. */
export async function speakSentences(): Promise<Float64Array[][]> {
  return Promise.all(VOICES.map((voice) => Promise.all(SENTENCES.map((sentence) => speak(sentence, voice)))));
}

async function speak(sentence: string, voice: string): Promise<Float64Array> {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      '-nostdin',
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `flite=text='${sentence}':voice=${voice}`,
      '-ar',
      String(SAMPLE_RATE),
      '-ac',
      '1',
      '-f',
      's16le',
      'pipe:1',
    ],
    { encoding: 'buffer', maxBuffer: 10_000_000 },
  );
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1);
  const power = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  return Float64Array.from(samples, (sample) => (sample / power) * 1_600);
}

/** Somebody's line; seconds. */
export interface SpokenLine {
  speaker: 0 | 1;
  start: number;
  end: number;
}

/** What two people say and how two machines record it. */
export interface Scene {
  seed: number;
  lines: number;
  /** By how much the second recording begins later, which is also by how much the first hears the second's voice late. */
  lag: number;
  /** How loud the second's voice is in the first recording; null: not to be heard. */
  bleedDecibels: number | null;
  /** Root mean square of each recording's own noise. */
  noise: number;
  /** Seconds until the room's echo of the bleed has faded by 60 dB; 0: no room. */
  room: number;
  /** The clock of the second recorder runs slow by this share. */
  drift?: number;
}

export interface Recorded {
  /** By the first recording's clock. */
  lines: SpokenLine[];
  tracks: [Float64Array, Float64Array];
}

/** Plays a scene: lines by turns, some over each other, some a single word. */
export function recordScene(voices: Float64Array[][], scene: Scene): Recorded {
  const random = seeded(scene.seed);
  const lines: (SpokenLine & { sound: Float64Array })[] = [];
  for (let at = Math.max(1, scene.lag + 0.2); lines.length < scene.lines;) {
    const speaker = (lines.length % 2) as 0 | 1;
    const sound = voices[speaker]?.[Math.floor(random() * SENTENCES.length)] ?? new Float64Array();
    lines.push({ speaker, start: at, end: at + sound.length / SAMPLE_RATE, sound });
    at += sound.length / SAMPLE_RATE + random() * 2 - 0.5;
  }
  const length = Math.ceil((Math.max(...lines.map(({ end }) => end)) + 1) * SAMPLE_RATE);
  const noise = (): number => (random() - 0.5) * 3.5 * scene.noise;
  const [first, second, echo] = [0, 1, 2].map((track) => Float64Array.from({ length }, track === 2 ? () => 0 : noise)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const { speaker, start, sound } of lines) {
    const at = Math.round(start * SAMPLE_RATE);
    if (speaker === 0) add(first, sound, at);
    else {
      add(second, sound, Math.round((start - scene.lag) * SAMPLE_RATE));
      add(echo, sound, at);
    }
  }
  if (scene.bleedDecibels !== null) add(first, inRoom(echo, scene.room, random), 0, 10 ** (scene.bleedDecibels / 20));
  return {
    lines: lines.map(({ speaker, start, end }) => ({ speaker, start, end })),
    tracks: [first, slowed(second, scene.drift ?? 0)],
  };
}

function add(track: Float64Array, sound: Float64Array, at: number, gain = 1): void {
  for (let index = 0; index < sound.length; index++) {
    if (at + index >= 0 && at + index < track.length) track[at + index] = (track[at + index] ?? 0) + gain * (sound[index] ?? 0);
  }
}

/** Sound as a room gives it back: the direct way and 60 reflections that fade. */
function inRoom(sound: Float64Array, fadeSeconds: number, random: () => number): Float64Array {
  if (fadeSeconds === 0) return sound;
  const heard = sound.slice();
  for (let reflection = 0; reflection < 60; reflection++) {
    const delay = 0.002 + random() * fadeSeconds * 0.6;
    add(heard, sound, Math.round(delay * SAMPLE_RATE), (random() < 0.5 ? -0.5 : 0.5) * 10 ** ((-3 * delay) / fadeSeconds));
  }
  return heard;
}

/** As a clock that runs slow by this share records it. */
function slowed(sound: Float64Array, drift: number): Float64Array {
  if (drift === 0) return sound;
  return Float64Array.from({ length: Math.floor(sound.length / (1 + drift)) }, (_, index) => {
    const place = index * (1 + drift);
    const before = Math.floor(place);
    return (sound[before] ?? 0) * (1 - place + before) + (sound[before + 1] ?? 0) * (place - before);
  });
}

/** Writes a track to a file. */
export async function soundFileOf(folder: string, name: string, samples: Float64Array): Promise<SoundFile> {
  const file = await SoundFile.create(join(folder, name));
  const step = 10 * SAMPLE_RATE;
  for (let from = 0; from < samples.length; from += step) {
    await file.append(
      Int16Array.from(samples.subarray(from, from + step), (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample)))),
    );
  }
  return file;
}
