import { type FileHandle, open, rm } from 'node:fs/promises';
import { WAV_HEADER_BYTES, wavHeader } from './wav.js';

const COPY_BYTES = 1_048_576;

/** A chunk on disk: a WAV file that grows while the recording is decoded, and gives what follows the cut to its successor. */
export class ChunkFile {
  private soundBytes = 0;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async create(path: string): Promise<ChunkFile> {
    return new ChunkFile(path, await open(path, 'wx+', 0o600));
  }

  /** Size of the finished file. */
  get bytes(): number {
    return WAV_HEADER_BYTES + this.soundBytes;
  }

  /** Adds sound at the end. */
  async append(sound: Uint8Array): Promise<void> {
    await writeWhole(this.file, sound, this.bytes);
    this.soundBytes += sound.length;
  }

  /**
   * Ends here and gives the rest to a new file.
   * @param endBytes where the sound of this file ends
   * @param nextBytes where that of the new one begins: there, or earlier when both are to have some of it
   */
  async split(endBytes: number, nextBytes: number, path: string): Promise<ChunkFile> {
    const next = await ChunkFile.create(path);
    try {
      await this.copyTo(next, nextBytes);
    } catch (error) {
      await next.remove();
      throw error;
    }
    this.soundBytes = endBytes;
    await this.file.truncate(this.bytes);
    return next;
  }

  private async copyTo(next: ChunkFile, fromBytes: number): Promise<void> {
    const block = Buffer.allocUnsafe(Math.min(COPY_BYTES, this.soundBytes - fromBytes));
    for (let from = fromBytes; from < this.soundBytes;) {
      const { bytesRead } = await this.file.read(
        block,
        0,
        Math.min(block.length, this.soundBytes - from),
        WAV_HEADER_BYTES + from,
      );
      if (bytesRead === 0) throw new Error(`${this.path} is shorter than what was written to it`);
      await next.append(block.subarray(0, bytesRead));
      from += bytesRead;
    }
  }

  /** Writes the header, now that the length is known, and closes the file. */
  async finish(): Promise<void> {
    await writeWhole(this.file, wavHeader(this.soundBytes), 0);
    await this.file.close();
  }

  /** Closes and deletes the file, whatever state it is in. */
  async remove(): Promise<void> {
    await this.file.close(); // closing twice is allowed
    await rm(this.path, { force: true });
  }
}

/** One write may take less than all, for example when the disk fills up. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
