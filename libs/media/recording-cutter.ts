import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chooseCut, chooseStart, cutWindow, type PieceLengths, SHORTEST_PIECE } from './choose-cut.js';
import { ChunkFile } from './chunk-file.js';
import { HandOvers } from './hand-overs.js';
import { FRAME_SAMPLES, FRAMES_PER_SECOND, SoundLevels } from './sound-levels.js';
import { type FrameSpan, joinedSpeech, soundingSpans, type Span, speechSpans } from './speech-map.js';
import { BYTES_PER_SAMPLE, SAMPLE_RATE, WAV_HEADER_BYTES } from './wav.js';

/** What a chunk may be, from the capabilities of the model that will read it. */
export interface ChunkLimits {
  /** The length that suits the model. */
  targetSeconds: number;
  maxSeconds: number;
  /** Of the whole WAV file, its header included. */
  maxBytes: number;
}

/** One chunk, given to the caller as a file that is deleted once the caller is done with it. */
export interface Chunk {
  index: number;
  /** Seconds from the recording's start. */
  startSeconds: number;
  endSeconds: number;
  /** How much of its beginning is the end of the chunk before, because there was no pause to cut in. */
  overlapSeconds: number;
  /** A 16 kHz mono 16-bit WAV file. */
  path: string;
  bytes: number;
  /** Where there may be speech, in seconds from the recording's start; empty when the chunk is silent. */
  speech: Span[];
}

/** Chunks that may be with the caller while the next one grows: storing them far away must not hold up decoding. */
const HANDED_OVER_AT_ONCE = 3;
const BYTES_PER_FRAME = FRAME_SAMPLES * BYTES_PER_SAMPLE;

/** Cuts decoded sound into chunks as it comes. Sound goes straight to disk; memory holds one byte for each 20 ms. */
export class RecordingCutter {
  private readonly lengths: PieceLengths;
  private readonly levels = new SoundLevels();
  private readonly speech: Span[] = [];
  private samples = 0;
  private index = 0;
  /** First frame of the chunk that is growing. */
  private start = 0;
  /** So many of its frames are the last of the chunk before. */
  private overlap = 0;
  private growing?: ChunkFile;
  private readonly hash = createHash('sha256');
  private readonly handOvers = new HandOvers(HANDED_OVER_AT_ONCE);

  /**
   * @param directory private folder for the chunk files
   * @param onChunk runs while more sound is taken, for a few chunks at once
   */
  constructor(
    limits: ChunkLimits,
    private readonly directory: string,
    private readonly onChunk: (chunk: Chunk) => Promise<void>,
  ) {
    this.lengths = pieceLengths(limits);
  }

  /** Seconds of sound so far. */
  get seconds(): number {
    return this.samples / SAMPLE_RATE;
  }

  get chunkCount(): number {
    return this.index;
  }

  /** Where there may be speech in the chunks so far, in seconds from the recording's start. */
  get speechSoFar(): Span[] {
    return joinedSpeech(this.speech);
  }

  /**
   * Takes more sound. Every block but the last must be a whole number of frames.
   * @param samples 16 kHz mono 16-bit sound
   */
  async add(samples: Int16Array): Promise<void> {
    this.growing ??= await ChunkFile.create(this.pathOf(this.index));
    const sound = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    this.hash.update(sound);
    await this.growing.append(sound);
    this.levels.add(samples);
    this.samples += samples.length;
    // Sound beyond the window makes sure that what follows the cut is long enough, and shows what noise the window lies in.
    while (this.levels.length > cutWindow(this.lengths, this.start).to + SHORTEST_PIECE) await this.cut();
  }

  /**
   * Hands over the rest, once all sound was added, and waits until the caller is done with every chunk.
   * @returns SHA-256 of all samples, hexadecimal
   */
  async finish(): Promise<string> {
    while (this.levels.length - this.start > this.lengths.longest) await this.cut();
    if (this.growing !== undefined) {
      const sounding = soundingSpans(this.levels.view(), this.start);
      await this.handOver(this.growing, sounding, this.levels.length, this.seconds);
    }
    await this.handOvers.done();
    return this.hash.digest('hex');
  }

  /** Deletes what was not handed over, and waits for what was. */
  async discard(): Promise<void> {
    await this.handOvers.settled();
    await this.growing?.remove();
  }

  private async cut(): Promise<void> {
    const { growing, start } = this;
    if (growing === undefined) throw new Error('there is no sound to cut');
    const levels = this.levels.view();
    const sounding = soundingSpans(levels, start);
    const end = chooseCut(levels, sounding, cutWindow(this.lengths, start, levels.length));
    const nextStart = chooseStart(levels, sounding, end, start);
    const bytesTo = (frame: number): number => (frame - start) * BYTES_PER_FRAME;
    this.growing = await growing.split(bytesTo(end), bytesTo(nextStart), this.pathOf(this.index + 1));
    await this.handOver(growing, sounding, end, end / FRAMES_PER_SECOND);
    this.start = nextStart;
    this.overlap = end - nextStart;
  }

  private async handOver(file: ChunkFile, sounding: FrameSpan[], endFrame: number, endSeconds: number): Promise<void> {
    const speech = speechSpans(sounding, { from: this.start, to: endFrame }).map(({ start, end }) => ({
      start,
      end: Math.min(end, endSeconds), // the last frame may not be full
    }));
    this.speech.push(...speech);
    const startSeconds = this.start / FRAMES_PER_SECOND;
    const overlapSeconds = this.overlap / FRAMES_PER_SECOND;
    const chunk = { index: this.index++, startSeconds, endSeconds, overlapSeconds, path: file.path, bytes: file.bytes, speech };
    const work = async (): Promise<void> => {
      try {
        await file.finish();
        await this.onChunk(chunk);
      } finally {
        await file.remove();
      }
    };
    await this.handOvers.begin(work).catch(async (error: unknown) => {
      await file.remove();
      throw error;
    });
  }

  private pathOf(index: number): string {
    return join(this.directory, `chunk-${String(index).padStart(5, '0')}.wav`);
  }
}

/** Bytes of disk that cutting takes at most: the chunks that are with the caller, the one that grows, and its successor while it is cut. */
export function spaceForChunks(limits: ChunkLimits): number {
  const { longest } = pieceLengths(limits);
  return (HANDED_OVER_AT_ONCE + 3) * (WAV_HEADER_BYTES + longest * BYTES_PER_FRAME);
}

/** @throws RangeError when the limits leave no room for a chunk */
function pieceLengths({ targetSeconds, maxSeconds, maxBytes }: ChunkLimits): PieceLengths {
  const framesThatFit = Math.floor((maxBytes - WAV_HEADER_BYTES) / BYTES_PER_FRAME);
  const longest = Math.min(Math.floor(maxSeconds * FRAMES_PER_SECOND), framesThatFit);
  const target = Math.min(Math.round(targetSeconds * FRAMES_PER_SECOND), longest);
  if (!(target >= 2 * SHORTEST_PIECE)) {
    throw new RangeError(`chunks of ${targetSeconds} s, at most ${maxSeconds} s and ${maxBytes} bytes, are shorter than 2 s`);
  }
  return { target, longest };
}
