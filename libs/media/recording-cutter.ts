import { join } from 'node:path';
import { chooseCut, cutWindow, type PieceLengths, SHORTEST_PIECE } from './choose-cut.js';
import { ChunkFile } from './chunk-file.js';
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
  /** A 16 kHz mono 16-bit WAV file. */
  path: string;
  bytes: number;
  /** Where there may be speech, in seconds from the recording's start; empty when the chunk is silent. */
  speech: Span[];
}

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
  private growing?: ChunkFile;

  /**
   * @param directory private folder for the chunk files
   * @param onChunk is awaited before any more sound is taken
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
    await this.growing.append(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    this.levels.add(samples);
    this.samples += samples.length;
    // Sound beyond the window makes sure that what follows the cut is long enough, and shows what noise the window lies in.
    while (this.levels.length > cutWindow(this.lengths, this.start).to + SHORTEST_PIECE) await this.cut();
  }

  /** Hands over the rest, once all sound was added. */
  async finish(): Promise<void> {
    while (this.levels.length - this.start > this.lengths.longest) await this.cut();
    if (this.growing === undefined) return;
    await this.handOver(this.growing, soundingSpans(this.levels.view(), this.start), this.levels.length, this.seconds);
  }

  /** Deletes what was not handed over. */
  async discard(): Promise<void> {
    await this.growing?.remove();
  }

  private async cut(): Promise<void> {
    const { growing, start } = this;
    if (growing === undefined) throw new Error('there is no sound to cut');
    const levels = this.levels.view();
    const sounding = soundingSpans(levels, start);
    const at = chooseCut(levels, sounding, cutWindow(this.lengths, start, levels.length));
    const next = await growing.splitAt((at - start) * BYTES_PER_FRAME, this.pathOf(this.index + 1));
    this.growing = next;
    await this.handOver(growing, sounding, at, at / FRAMES_PER_SECOND);
  }

  private async handOver(file: ChunkFile, sounding: FrameSpan[], endFrame: number, endSeconds: number): Promise<void> {
    try {
      await file.finish();
      const startSeconds = this.start / FRAMES_PER_SECOND;
      const speech = speechSpans(sounding, { from: this.start, to: endFrame }).map(({ start, end }) => ({
        start,
        end: Math.min(end, endSeconds), // the last frame may not be full
      }));
      const chunk = { index: this.index, startSeconds, endSeconds, path: file.path, bytes: file.bytes, speech };
      this.speech.push(...speech);
      this.index++;
      this.start = endFrame;
      await this.onChunk(chunk);
    } finally {
      await file.remove();
    }
  }

  private pathOf(index: number): string {
    return join(this.directory, `chunk-${String(index).padStart(5, '0')}.wav`);
  }
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
