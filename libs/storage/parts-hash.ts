import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { StoredPart } from './object-store.js';

const READ_BYTES = 512 * 1024;

/**
 * The SHA-256 of an upload, reckoned while its parts arrive: most of the time the disk is waited for, and whoever completes the upload need
 * not read it all again. It knows only the parts that this process took, and lives as long as it: then whoever wants the hash reads.
 */
export class PartsHash {
  private readonly hash = createHash('sha256');
  /** Those that wait for their turn. */
  private readonly landed = new Map<number, StoredPart>();
  private readonly hashed: StoredPart[] = [];
  /** Number of the part that is being read. */
  private reading = 0;
  private running?: Promise<void>;
  private isSpoiled = false;

  /** @param path of the file in which part n begins at (n - 1) × `partBytes` */
  constructor(
    private readonly path: string,
    private readonly partBytes: number,
  ) {}

  /** A part is about to be written, perhaps anew. */
  replacing(number: number): void {
    if (number <= this.hashed.length || number === this.reading) this.isSpoiled = true;
    this.landed.delete(number);
  }

  /** A part has arrived whole. */
  add(part: StoredPart): void {
    this.landed.set(part.number, part);
    this.begin();
  }

  /**
   * Waits until what is there is hashed.
   * @param parts those the upload consists of
   * @returns hexadecimal; null when it is not known of exactly these
   */
  async digest(parts: readonly StoredPart[]): Promise<string | null> {
    while (this.running !== undefined) await this.running;
    const isOfThese = parts.length === this.hashed.length && parts.every(({ etag }, index) => etag === this.hashed[index]?.etag);
    return isOfThese && !this.isSpoiled ? this.hash.copy().digest('hex') : null;
  }

  private begin(): void {
    if (this.running !== undefined || this.isSpoiled || this.next() === undefined) return;
    this.running = this.run()
      // Whoever completes the upload reads it, and is told what is wrong with the disk.
      .catch(() => (this.isSpoiled = true))
      .then(() => {
        this.running = undefined;
        this.begin();
      });
  }

  private next(): StoredPart | undefined {
    return this.landed.get(this.hashed.length + 1);
  }

  private async run(): Promise<void> {
    const file = await open(this.path, 'r');
    const memory = Buffer.allocUnsafeSlow(READ_BYTES);
    try {
      for (let part = this.next(); part !== undefined && !this.isSpoiled; part = this.next()) {
        this.reading = part.number;
        await this.take(file, part, memory);
        this.landed.delete(part.number);
        this.hashed.push(part);
      }
    } finally {
      this.reading = 0;
      memory.buffer.transfer(0);
      await file.close();
    }
  }

  private async take(file: FileHandle, { number, bytes }: StoredPart, memory: Buffer): Promise<void> {
    const from = (number - 1) * this.partBytes;
    for (let done = 0; done < bytes && !this.isSpoiled;) {
      const { bytesRead } = await file.read(memory, 0, Math.min(memory.length, bytes - done), from + done);
      if (bytesRead === 0) throw new Error(`part ${number} ends before its end`);
      this.hash.update(memory.subarray(0, bytesRead));
      done += bytesRead;
    }
  }
}
