import type { EncodedPacket, InputAudioTrack } from 'mediabunny';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { millisecondsOfOpus } from './opus-seconds.js';
import { isWholeFlac, isWholeMp4, isWholeOgg, isWholeWebm } from './whole-files.js';

/** Loaded with the first file that needs it: it takes 20 MB. */
const library = () => import('mediabunny');

/** A frame of AAC (ISO 14496-3 §4.5.1); of its kinds with a second layer it may be two of these. */
const AAC_SAMPLES = 1_024;
/** As far as what an encoder adds at both ends. */
const MOST_PADDING_SECONDS = 0.2;
/** Read between two looks at whatever else there is to do. */
const PACKETS_A_TURN = 2_000;

/** Whether the packets, so many bytes, are all that anybody could play of a file. */
const IS_WHOLE = { m4a: isWholeMp4, mp4: isWholeMp4, webm: isWholeWebm, ogg: isWholeOgg, flac: isWholeFlac };

/** What the packets of a track come to. */
interface Counted {
  /** By what is in them. */
  seconds: number;
  /** By the times that the container gives them. */
  saidSeconds: number;
  bytes: number;
}

/**
 * Seconds of AAC in MP4, Opus in WebM, Vorbis in Ogg and FLAC: packet by packet, as mediabunny finds them.
 * @returns null where the sound is in another form, or there is more in the file than one track of sound
 */
export async function secondsOfPackets(file: Buffer, container: keyof typeof IS_WHOLE): Promise<number | null> {
  const { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, Logging, LogLevel } = await library();
  Logging.level = LogLevel.Silent;
  using input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  try {
    const [track, ...others] = await input.getTracks();
    if (track?.isAudioTrack() !== true || others.length > 0) return null;
    const length = await lengthIn(track, container);
    const counted = length && (await count(new EncodedPacketSink(track).packets(), length));
    if (counted === null || !IS_WHOLE[container](file, counted.bytes)) return null;
    return track.codec === 'aac' && !isAsSaid(counted) ? null : counted.seconds;
  } catch {
    // Whoever reads files by their packets gives up sooner than ffmpeg, which is asked next.
    return null;
  }
}

type Length = (packet: EncodedPacket) => number | null;

/** How long a packet of a track sounds; null where that is not in the packet. */
async function lengthIn(track: InputAudioTrack, container: keyof typeof IS_WHOLE): Promise<Length | null> {
  const { codec, sampleRate } = track;
  const isMp4 = container === 'm4a' || container === 'mp4';
  if (isMp4 && codec === 'aac' && (await track.getCodecParameterString()) === 'mp4a.40.2') return () => AAC_SAMPLES / sampleRate;
  if (container === 'webm' && codec === 'opus') return ({ data }) => secondsOfOpusPacket(data);
  // Of these two it takes the length out of the packet itself.
  if ((container === 'ogg' && codec === 'vorbis') || (container === 'flac' && codec === 'flac'))
    return ({ duration }) => duration;
  return null;
}

function secondsOfOpusPacket(packet: Uint8Array): number | null {
  const milliseconds = millisecondsOfOpus(packet);
  return milliseconds === null ? null : milliseconds / 1_000;
}

async function count(packets: AsyncIterable<EncodedPacket>, length: Length): Promise<Counted | null> {
  const counted: Counted = { seconds: 0, saidSeconds: 0, bytes: 0 };
  let seen = 0;
  for await (const packet of packets) {
    const seconds = length(packet);
    if (seconds === null) return null;
    counted.seconds += seconds;
    counted.saidSeconds = packet.timestamp + packet.duration;
    counted.bytes += packet.byteLength;
    seen += 1;
    if (seen % PACKETS_A_TURN === 0) await nextTurn();
  }
  return counted;
}

function isAsSaid({ seconds, saidSeconds }: Counted): boolean {
  return Math.abs(seconds - saidSeconds) <= MOST_PADDING_SECONDS + seconds / 100;
}
