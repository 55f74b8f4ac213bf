import { bytesOfPart, type PartPlan } from './part-plan.js';

/** Where parts go and what is noted of them. Each call returns once its work is safe. */
export interface Landing {
  putPart(number: number, content: Buffer): Promise<void>;
  /** Keeps bytes that fill no part yet. @param end offset of the byte after them */
  putTail(end: number, content: Buffer): Promise<void>;
  getTail(end: number): Promise<Buffer>;
  dropTail(end: number): Promise<void>;
  /** Says how far it is. @throws when another was faster: then nothing more may be put */
  note(before: number, after: number): Promise<void>;
}

/**
 * Cuts bytes that come in order into the parts of a plan. While one part travels the next one fills, so two parts' worth of memory is
 * held at most. An offset is noted only after what lies before it is safe; a crash between the two makes some bytes come again, to
 * the same places.
 */
export class PartsInOrder {
  private noted = 0;
  /** Where the tail ends that lies in the store; 0 when there is none. */
  private tailEnd = 0;
  private number = 1;
  private part?: Buffer;
  private filled = 0;
  /** The part before, on its way into the store. */
  private travelling?: Promise<void>;

  constructor(
    private readonly plan: PartPlan,
    private readonly landing: Landing,
  ) {}

  /** Goes on from an offset that was noted before. */
  async resume(offset: number): Promise<void> {
    const { bytes, partBytes } = this.plan;
    this.noted = offset;
    this.number = Math.floor(offset / partBytes) + 1;
    const inPart = offset % partBytes;
    // A last part that is there was put as such, and has no tail.
    if (inPart === 0 || offset === bytes) return;
    this.tailEnd = offset;
    await this.fill((await this.landing.getTail(offset)).subarray(0, inPart));
  }

  /**
   * Takes all there is. When the source breaks off, what came is kept and the source's error thrown on.
   * @returns the offset after it
   */
  async take(source: AsyncIterable<Buffer>): Promise<number> {
    const pieces = source[Symbol.asyncIterator]();
    let broken: { error: unknown } | undefined;
    try {
      for (;;) {
        const piece = await pieces.next().catch((error: unknown) => void (broken = { error }));
        if (piece === undefined || piece.done === true) break;
        await this.fill(piece.value);
      }
      await this.travelling;
      await this.keepRest();
    } finally {
      await Promise.allSettled([this.travelling]);
    }
    if (broken !== undefined) throw broken.error;
    return this.noted;
  }

  private async fill(piece: Buffer): Promise<void> {
    for (let rest = piece; rest.length > 0;) {
      const size = bytesOfPart(this.plan, this.number);
      if (size <= 0) throw new RangeError('More bytes came than the upload has.');
      // Not touched before it is written, so a slow sender costs what it has sent.
      this.part ??= Buffer.allocUnsafeSlow(size);
      const taken = rest.copy(this.part, this.filled);
      this.filled += taken;
      rest = rest.subarray(taken);
      if (this.filled === size) await this.send(this.part);
    }
  }

  private async send(content: Buffer): Promise<void> {
    await this.travelling;
    this.travelling = this.land(this.number, content);
    // Whoever waits for it next hears of its failure.
    this.travelling.catch(() => undefined);
    this.number += 1;
    this.part = undefined;
    this.filled = 0;
  }

  private async land(number: number, content: Buffer): Promise<void> {
    await this.landing.putPart(number, content);
    await this.note((number - 1) * this.plan.partBytes + content.length);
  }

  /** Bytes that fill no part yet are safe, too, when the connection breaks. */
  private async keepRest(): Promise<void> {
    const end = (this.number - 1) * this.plan.partBytes + this.filled;
    if (this.part === undefined || end === this.noted) return;
    await this.landing.putTail(end, this.part.subarray(0, this.filled));
    await this.note(end);
    this.tailEnd = end;
  }

  /** Only now the tail before is of no use any more. */
  private async note(offset: number): Promise<void> {
    await this.landing.note(this.noted, offset);
    this.noted = offset;
    const { tailEnd } = this;
    this.tailEnd = 0;
    if (tailEnd > 0) await this.landing.dropTail(tailEnd);
  }
}
