import { FieldError } from '#errors';
import type { AudioFormat } from './audio-format.js';
import type { ProbeAnswer } from './ffmpeg.js';
import { mediaErrors } from './media.errors.js';

const SAMPLE_RATES = { lowest: 8_000, highest: 192_000 };
const MOST_CHANNELS = 8;

/** What a recording says about itself, as far as it is acceptable. */
export interface AudioFacts {
  /** ffmpeg's name of the codec: mp3, aac, opus, pcm_s16le, … */
  codec: string;
  /** In Hz. */
  sampleRate: number;
  channels: number;
  /** What the header says; null when it says nothing. Only decoding tells the truth. */
  claimedSeconds: number | null;
  hasVideo: boolean;
}

/**
 * Reads ffprobe's answer.
 * @param said what ffprobe said besides
 * @throws FieldError `no_audio_stream`, `unreadable_audio`, `unsupported_sample_rate`, `too_many_channels`
 */
export function factsOf(answer: ProbeAnswer, said: string, format: AudioFormat): AudioFacts {
  const audio = audioOf(answer);
  const hasVideo = holdsVideo(answer);
  if (audio === undefined) throw noAudio(hasVideo, format);
  const sampleRate = Number(audio.sample_rate ?? 0);
  const channels = audio.channels ?? 0;
  if (sampleRate === 0 || channels === 0) throw unreadableAudio(format, said);
  if (sampleRate < SAMPLE_RATES.lowest || sampleRate > SAMPLE_RATES.highest) {
    throw new FieldError(
      mediaErrors.unsupported_sample_rate,
      `The recording has ${sampleRate} Hz. Convert it to a sample rate from ${SAMPLE_RATES.lowest} to ${SAMPLE_RATES.highest} Hz.`,
    );
  }
  if (channels > MOST_CHANNELS) {
    throw new FieldError(
      mediaErrors.too_many_channels,
      `The recording has ${channels} channels. Mix it down to ${MOST_CHANNELS} or fewer.`,
    );
  }
  return { codec: audio.codec_name ?? 'unknown', sampleRate, channels, claimedSeconds: claimedSeconds(answer, said), hasVideo };
}

/**
 * How long a file says its sound lasts, in seconds; null when its header says nothing. Where there is no figure ffprobe reckons one from
 * size and bit rate and says so; that is no claim, and wrong for a changing bit rate.
 */
export function claimedSeconds(answer: ProbeAnswer, said: string): number | null {
  if (said.includes('Estimating duration from bitrate')) return null;
  // The picture may go on when the sound has ended.
  const figure = audioOf(answer)?.duration ?? (holdsVideo(answer) ? undefined : answer.format?.duration);
  const seconds = Number(figure ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

function audioOf({ streams = [] }: ProbeAnswer) {
  return streams.find((stream) => stream.codec_type === 'audio');
}

/** The cover picture of a song counts as a video stream of one frame. */
function holdsVideo({ streams = [] }: ProbeAnswer): boolean {
  return streams.some((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1);
}

function noAudio(hasVideo: boolean, { title }: AudioFormat): FieldError {
  const holds = hasVideo ? 'holds video but no sound' : `looks like ${title} but holds no sound`;
  return new FieldError(mediaErrors.no_audio_stream, `The file ${holds}. Send a recording with an audio track.`);
}

/**
 * The file has the signature of a format, and no sound comes out.
 * @param said what ffmpeg said; kept as the cause only, because it names files of the server
 */
export function unreadableAudio({ title }: AudioFormat, said: string): FieldError {
  return new FieldError(
    mediaErrors.unreadable_audio,
    `The file looks like ${title}, but no sound could be decoded from it; it may be damaged or cut off. Export the recording again.`,
    { cause: new Error(said.trim()) },
  );
}
