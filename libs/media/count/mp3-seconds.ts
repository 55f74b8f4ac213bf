/** kbit/s by index, of layer III: MPEG 1, and MPEG 2 and 2.5 (ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3). */
const BIT_RATES = {
  one: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  two: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const FRAME_HEAD_BYTES = 4;
const TAG_HEAD_BYTES = 10;
const LAST_TAG_BYTES = 128;

interface Frame {
  bytes: number;
  seconds: number;
}

/**
 * Seconds of an MP3 file, frame by frame. Tags before and after are passed over; the frame in which encoders say how many there are
 * counts as one more.
 * @returns null when something else stands between the frames, or the last one is cut off in its head
 */
export function secondsOfMp3(file: Buffer): number | null {
  const end = endOfFrames(file);
  let seconds = 0;
  let at = startOfFrames(file);
  const first = at;
  while (at + FRAME_HEAD_BYTES <= end) {
    const frame = frameAt(file, at);
    if (frame === null) return null;
    seconds += frame.seconds;
    at += frame.bytes;
  }
  return at > first && at >= end ? seconds : null;
}

function startOfFrames(file: Buffer): number {
  let at = 0;
  while (file.length >= at + TAG_HEAD_BYTES && file.toString('latin1', at, at + 3) === 'ID3') {
    const hasFooter = ((file[at + 5] ?? 0) & 0x10) !== 0;
    const [a = 0, b = 0, c = 0, d = 0] = file.subarray(at + 6, at + 10);
    // Seven bits of each byte count (ID3v2.4 §6.2).
    at +=
      TAG_HEAD_BYTES +
      ((a & 0x7f) << 21) +
      ((b & 0x7f) << 14) +
      ((c & 0x7f) << 7) +
      (d & 0x7f) +
      (hasFooter ? TAG_HEAD_BYTES : 0);
  }
  return at;
}

function endOfFrames(file: Buffer): number {
  const last = file.length - LAST_TAG_BYTES;
  return last > 0 && file.toString('latin1', last, last + 3) === 'TAG' ? last : file.length;
}

function frameAt(file: Buffer, at: number): Frame | null {
  const head = file.readUInt32BE(at);
  const version = (head >>> 19) & 3;
  const isLayer3 = ((head >>> 17) & 3) === 1;
  const base = SAMPLE_RATES[(head >>> 10) & 3];
  if (head >>> 21 !== 0x7ff || version === 1 || !isLayer3 || base === undefined) return null;
  const isOne = version === 3;
  const kilobits = (isOne ? BIT_RATES.one : BIT_RATES.two)[(head >>> 12) & 15];
  // Of a free bit rate nobody knows where the next frame begins.
  if (kilobits === undefined || kilobits === 0) return null;
  const rate = base / (isOne ? 1 : version === 2 ? 2 : 4);
  const samples = isOne ? 1_152 : 576;
  const padding = (head >>> 9) & 1;
  return { bytes: Math.floor(((samples / 8) * kilobits * 1_000) / rate) + padding, seconds: samples / rate };
}
