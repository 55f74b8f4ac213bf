const PAGE_HEAD_BYTES = 27;
const NOT_FINISHED = 255;
/** Milliseconds of a frame, by the upper five bits of a packet's first byte (RFC 6716 §3.1). */
const FRAME_MS = [
  ...[10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60],
  ...[10, 20, 10, 20],
  ...[2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20],
];
/** A packet holds 120 ms at most. */
const MOST_MS = 120;
/** `OpusHead` and `OpusTags` (RFC 7845 §5). */
const HEADERS = ['OpusHead', 'OpusTags'];

/**
 * Seconds of Opus in Ogg, packet by packet. Where pages say that less of it is played, that is not heeded: it may be decoded.
 * @returns null for anything but whole pages of one stream
 */
export function secondsOfOpus(file: Buffer): number | null {
  let milliseconds = 0;
  let packets = 0;
  for (const packet of packetsOf(file)) {
    if (packet === null) return null;
    const header = HEADERS[packets];
    packets += 1;
    if (header !== undefined && packet.toString('latin1', 0, 8) !== header) return null;
    if (header !== undefined) continue;
    const ms = millisecondsOf(packet);
    if (ms === null) return null;
    milliseconds += ms;
  }
  return packets > HEADERS.length ? milliseconds / 1_000 : null;
}

/** The packets of an Ogg file (RFC 3533 §6), a packet over several pages in one; null: it is none of one stream. */
function* packetsOf(file: Buffer): Generator<Buffer | null> {
  let begun: Buffer[] = [];
  let serial: number | undefined;
  for (let at = 0; at < file.length;) {
    if (at + PAGE_HEAD_BYTES > file.length || file.toString('latin1', at, at + 4) !== 'OggS') return void (yield null);
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

function millisecondsOf(packet: Buffer): number | null {
  const [first, second] = packet;
  const frame = first === undefined ? undefined : FRAME_MS[first >> 3];
  if (first === undefined || frame === undefined) return null;
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (second ?? 0) & 0x3f;
  const milliseconds = frame * frames;
  return frames > 0 && milliseconds <= MOST_MS ? milliseconds : null;
}
