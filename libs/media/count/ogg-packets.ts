const PAGE_HEAD_BYTES = 27;
const NOT_FINISHED = 255;
/** The flag of the page with which a stream begins. */
const BEGINS = 0x02;

/** The packets of an Ogg file (RFC 3533 §6), a packet over several pages in one; null: it is none of one stream. */
export function* packetsOfOgg(file: Buffer): Generator<Buffer | null> {
  let begun: Buffer[] = [];
  let serial: number | undefined;
  for (let at = 0; at < file.length;) {
    if (at + PAGE_HEAD_BYTES > file.length || file.toString('latin1', at, at + 4) !== 'OggS') return void (yield null);
    const begins = ((file[at + 5] ?? 0) & BEGINS) !== 0;
    if (begins && at > 0) return void (yield null);
    serial ??= file.readUInt32LE(at + 14);
    const lengths = file.subarray(at + PAGE_HEAD_BYTES, at + PAGE_HEAD_BYTES + (file[at + 26] ?? 0));
    let from = at + PAGE_HEAD_BYTES + lengths.length;
    const end = lengths.reduce((sum, length) => sum + length, from);
    if (file.readUInt32LE(at + 14) !== serial || end > file.length) return void (yield null);
    for (const length of lengths) {
      begun.push(file.subarray(from, from + length));
      from += length;
      if (length === NOT_FINISHED) continue;
      yield begun.length === 1 ? (begun[0] ?? null) : Buffer.concat(begun);
      begun = [];
    }
    at = end;
  }
}
