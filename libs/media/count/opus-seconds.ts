import { packetsOfOgg } from './ogg-packets.js';

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
  for (const packet of packetsOfOgg(file)) {
    if (packet === null) return null;
    const header = HEADERS[packets];
    packets += 1;
    if (header !== undefined && packet.toString('latin1', 0, 8) !== header) return null;
    if (header !== undefined) continue;
    const ms = millisecondsOfOpus(packet);
    if (ms === null) return null;
    milliseconds += ms;
  }
  return packets > HEADERS.length ? milliseconds / 1_000 : null;
}

/** How long a packet sounds; null where it is none. */
export function millisecondsOfOpus(packet: Uint8Array): number | null {
  const [first, second] = packet;
  const frame = first === undefined ? undefined : FRAME_MS[first >> 3];
  if (first === undefined || frame === undefined) return null;
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (second ?? 0) & 0x3f;
  const milliseconds = frame * frames;
  return frames > 0 && milliseconds <= MOST_MS ? milliseconds : null;
}
