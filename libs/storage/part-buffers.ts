/** A part begins this small and doubles, so that a small object does not cost a whole part of memory. */
const FIRST_ALLOCATION = 64 * 1024;

/**
 * Cuts a stream into parts of exactly `partBytes` (the last one shorter, possibly empty when nothing came at all). Each part lies in a
 * buffer of its own: slices of a common one would keep it alive for as long as the slowest part is on its way
 * (https://github.com/aws/aws-sdk-js-v3/issues/8286: 400 MB held 3.6 GB), and lists of chunks would cost a peer that sends single bytes
 * a hundredfold in memory.
 */
export async function* partsOf(chunks: AsyncIterable<Buffer>, partBytes: number): AsyncGenerator<Buffer> {
  let part = new GrowingPart(partBytes);
  let yielded = false;
  for await (const chunk of chunks) {
    for (let rest = part.append(chunk); part.full; rest = part.append(rest)) {
      yield part.bytes();
      yielded = true;
      part = new GrowingPart(partBytes);
    }
  }
  if (part.used > 0 || !yielded) yield part.bytes();
}

class GrowingPart {
  used = 0;
  private memory: Buffer;

  constructor(private readonly capacity: number) {
    this.memory = Buffer.allocUnsafeSlow(Math.min(FIRST_ALLOCATION, capacity));
  }

  get full(): boolean {
    return this.used === this.capacity;
  }

  /** Takes what still fits. @returns the rest */
  append(chunk: Buffer): Buffer {
    const taken = Math.min(chunk.length, this.capacity - this.used);
    this.reserve(this.used + taken);
    chunk.copy(this.memory, this.used, 0, taken);
    this.used += taken;
    return chunk.subarray(taken);
  }

  bytes(): Buffer {
    return this.memory.subarray(0, this.used);
  }

  private reserve(bytes: number): void {
    if (bytes <= this.memory.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.capacity, Math.max(bytes, this.memory.length * 2)));
    this.memory.copy(larger, 0, 0, this.used);
    this.memory = larger;
  }
}
