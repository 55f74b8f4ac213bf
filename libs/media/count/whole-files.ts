import { packetsOfOgg } from './ogg-packets.js';

/*
 * A file can hold sound beside the packets that a reader finds: a second file behind the first, a stretch that no table mentions. One
 * reader plays it, another does not. Each of these says whether nothing of that kind is there.
 */

const FLAC_MAGIC = 'fLaC';
const LAST_BLOCK = 0x80;

/** Metadata blocks, then frames to the end (RFC 9639 §8). */
export function isWholeFlac(file: Buffer, packetBytes: number): boolean {
  if (file.toString('latin1', 0, FLAC_MAGIC.length) !== FLAC_MAGIC) return false;
  let at = FLAC_MAGIC.length;
  for (let isLast = false; !isLast && at + 4 <= file.length;) {
    isLast = ((file[at] ?? 0) & LAST_BLOCK) !== 0;
    at += 4 + file.readUIntBE(at + 1, 3);
  }
  return at + packetBytes === file.length;
}

/** Of Vorbis (Vorbis I §4.2). */
const OGG_HEADERS = 3;

/** Whole pages of one stream, and all packets behind the headers. */
export function isWholeOgg(file: Buffer, packetBytes: number): boolean {
  let bytes = 0;
  let seen = 0;
  for (const packet of packetsOfOgg(file)) {
    if (packet === null) return false;
    if (seen >= OGG_HEADERS) bytes += packet.length;
    seen += 1;
  }
  return bytes === packetBytes;
}

const BOX_HEAD_BYTES = 8;
/** Encoders leave a little of the media's box unused. */
const LEAST_USED = 0.9;

/** Whole boxes (ISO 14496-12 §4.2), and of what the boxes for media hold next to all is in packets. */
export function isWholeMp4(file: Buffer, packetBytes: number): boolean {
  let mediaBytes = 0;
  for (let at = 0; at < file.length;) {
    const size = sizeOfBox(file, at);
    if (size === null || at + size > file.length) return false;
    if (file.toString('latin1', at + 4, at + BOX_HEAD_BYTES) === 'mdat') mediaBytes += size;
    at += size;
  }
  return packetBytes >= LEAST_USED * mediaBytes;
}

/** With its head; null where it is none. */
function sizeOfBox(file: Buffer, at: number): number | null {
  if (at + BOX_HEAD_BYTES > file.length) return null;
  const size = file.readUInt32BE(at);
  if (size === 0) return file.length - at;
  const isLong = size === 1;
  if (isLong && at + 2 * BOX_HEAD_BYTES > file.length) return null;
  const bytes = isLong ? Number(file.readBigUInt64BE(at + BOX_HEAD_BYTES)) : size;
  return bytes >= BOX_HEAD_BYTES ? bytes : null;
}

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;

/** One head, then whole elements of one segment to the end (RFC 8794 §4–6, RFC 9559 §5). */
export function isWholeWebm(file: Buffer): boolean {
  let at = 0;
  for (let seen = 0; at < file.length; seen += 1) {
    const element = elementAt(file, at);
    if (element === null) return false;
    const { id, start, size } = element;
    if ((id === EBML) !== (seen === 0) || (id === SEGMENT) !== (seen === 1)) return false;
    // What is recorded live says no size of what is not finished; its elements follow.
    const isOpen = id === SEGMENT || (id === CLUSTER && size === null);
    if (size === null && !isOpen) return false;
    at = isOpen ? start : start + (size ?? 0);
  }
  return at === file.length;
}

/** The size is null where none is said. */
function elementAt(file: Buffer, at: number): { id: number; start: number; size: number | null } | null {
  const idBytes = lengthOfNumber(file[at]);
  const sizeAt = at + idBytes;
  const sizeBytes = lengthOfNumber(file[sizeAt]);
  const start = sizeAt + sizeBytes;
  if (idBytes > 4 || sizeBytes > 8 || start > file.length) return null;
  const [first = 0, ...rest] = file.subarray(sizeAt, start);
  const mask = 0xff >> sizeBytes;
  const isUnknown = (first & mask) === mask && rest.every((byte) => byte === 0xff);
  const size = rest.reduce((sum, byte) => sum * 256 + byte, first & mask);
  return { id: file.readUIntBE(at, idBytes), start, size: isUnknown ? null : size };
}

/** By the zeros before its first one; 9 where it is none. */
function lengthOfNumber(first = 0): number {
  return Math.clz32(first) - 23;
}
