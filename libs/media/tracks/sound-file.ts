import { type FileHandle, open } from 'node:fs/promises';
import { BYTES_PER_SAMPLE, SAMPLE_RATE, WAV_HEADER_BYTES, wavHeader } from '../wav.js';

/** Decoded sound of a whole track on disk, as a WAV file that is read and changed anywhere: twelve hours take 1.4 GB there and nothing in memory. */
export class SoundFile {
  private count = 0;
  /** Mean power of each second. */
  private readonly power: number[] = [];

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async create(path: string): Promise<SoundFile> {
    return new SoundFile(path, await open(path, 'wx+', 0o600));
  }

  /** In samples. */
  get length(): number {
    return this.count;
  }

  get seconds(): number {
    return this.count / SAMPLE_RATE;
  }

  /** Adds sound at the end; blocks of whole seconds, but the last. */
  async append(samples: Int16Array): Promise<void> {
    await this.write(this.count, samples);
    this.count += samples.length;
    for (let from = 0; from < samples.length; from += SAMPLE_RATE) {
      this.power.push(meanPower(samples.subarray(from, from + SAMPLE_RATE)));
    }
  }

  /** Mean power of the seconds from `second` on, so many of them. */
  powerOf(second: number, seconds: number): number {
    return this.power.slice(second, second + seconds).reduce((sum, power) => sum + power, 0) / seconds;
  }

  /** So many samples from a place on; silence before the beginning and after the end. */
  async read(from: number, count: number): Promise<Int16Array> {
    const samples = new Int16Array(count);
    const first = Math.max(0, from);
    const last = Math.min(this.count, from + count);
    const bytes = new Uint8Array(samples.buffer, (first - from) * BYTES_PER_SAMPLE, Math.max(0, last - first) * BYTES_PER_SAMPLE);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.file.read(bytes, done, bytes.length - done, placeOf(first) + done);
      if (bytesRead === 0) throw new Error(`${this.path} is shorter than what was written to it`);
      done += bytesRead;
    }
    return samples;
  }

  /** Puts sound in the place of what is there. */
  async write(at: number, samples: Int16Array): Promise<void> {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    for (let done = 0; done < bytes.length;) {
      done += (await this.file.write(bytes, done, bytes.length - done, placeOf(at) + done)).bytesWritten;
    }
  }

  /** Writes the header, now that the length is known, and closes the file. */
  async finish(): Promise<void> {
    await this.file.write(wavHeader(this.count * BYTES_PER_SAMPLE), 0, WAV_HEADER_BYTES, 0);
    await this.file.close();
  }

  /** Closes the file, whatever state it is in; closing twice is allowed. */
  async close(): Promise<void> {
    await this.file.close();
  }
}

function placeOf(sample: number): number {
  return WAV_HEADER_BYTES + sample * BYTES_PER_SAMPLE;
}

function meanPower(samples: Int16Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  return squares / Math.max(1, samples.length);
}
