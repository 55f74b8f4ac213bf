/** Pieces that are smaller are put together: each has its price besides its bytes. */
const LEAST_BYTES = 4_096;
const TOGETHER_BYTES = 65_536;

/**
 * Bytes in the pieces in which they came, read as if they were one. To put a recording together would take longer than to receive it:
 * fresh memory of that size is paid for page by page.
 */
export class Pieces {
  readonly length: number;
  private joined?: Buffer<ArrayBuffer>;
  /** Where somebody read last. */
  private last = { index: 0, start: 0 };

  constructor(readonly list: readonly Buffer<ArrayBuffer>[]) {
    this.length = list.reduce((sum, { length }) => sum + length, 0);
  }

  /** All in one piece, which is made the first time. */
  whole(): Buffer<ArrayBuffer> {
    const [first] = this.list;
    this.joined ??= first !== undefined && this.list.length === 1 ? first : Buffer.concat(this.list);
    return this.joined;
  }

  /** The byte at a place; undefined beyond the end. */
  at(place: number): number | undefined {
    return this.slice(place, place + 1)[0];
  }

  /** Bytes from one place to another, as far as they are there; copied where they lie in several pieces. */
  slice(from: number, to: number): Buffer<ArrayBuffer> {
    const { list } = this.cut(from, to);
    return list.length === 1 && list[0] !== undefined ? list[0] : Buffer.concat(list);
  }

  /** As `slice`, in pieces, and never copied. */
  cut(from: number, to: number): Pieces {
    const cut: Buffer<ArrayBuffer>[] = [];
    for (const { piece, start } of this.piecesFrom(from)) {
      if (start >= to) break;
      cut.push(piece.subarray(Math.max(0, from - start), Math.min(piece.length, to - start)));
    }
    return new Pieces(cut);
  }

  /** The first place from one on where some bytes stand; −1 where there is none. */
  indexOf(bytes: Buffer, from: number): number {
    for (const { piece, start } of this.piecesFrom(from)) {
      const inside = piece.indexOf(bytes, Math.max(0, from - start));
      if (inside >= 0) return start + inside;
      const end = start + piece.length;
      const seam = Math.max(from, start, end - bytes.length + 1);
      const over = this.slice(seam, end + bytes.length - 1).indexOf(bytes);
      if (over >= 0) return seam + over;
    }
    return -1;
  }

  /** The pieces from the one on in which a place lies, with their own. Who reads on from where they were does not begin anew. */
  private *piecesFrom(place: number): Generator<{ piece: Buffer<ArrayBuffer>; start: number }> {
    let { index, start } = place < this.last.start ? { index: 0, start: 0 } : this.last;
    let isFound = false;
    for (let piece = this.list[index]; piece !== undefined; piece = this.list[index]) {
      if (start + piece.length > place) {
        if (!isFound) this.last = { index, start };
        isFound = true;
        yield { piece, start };
      }
      start += piece.length;
      index += 1;
    }
  }
}

/** Gathers what comes in, piece by piece. */
export class PieceGatherer {
  private readonly list: Buffer<ArrayBuffer>[] = [];
  private small = Buffer.alloc(0);
  private smallBytes = 0;

  add(piece: Buffer<ArrayBuffer>): void {
    if (piece.length >= LEAST_BYTES) {
      this.seal();
      this.list.push(piece);
      return;
    }
    if (this.smallBytes + piece.length > this.small.length) {
      this.seal();
      this.small = Buffer.allocUnsafeSlow(TOGETHER_BYTES);
    }
    this.smallBytes += piece.copy(this.small, this.smallBytes);
  }

  /** What has come so far. */
  pieces(): Pieces {
    this.seal();
    return new Pieces([...this.list]);
  }

  private seal(): void {
    if (this.smallBytes > 0) this.list.push(this.small.subarray(0, this.smallBytes));
    this.small = this.small.subarray(this.smallBytes);
    this.smallBytes = 0;
  }
}
