import type { Audio } from '#database';
import { AUDIO_FORMATS, type AudioFormat } from '#media';

/** The format a recording was accepted in. */
export function formatOf({ container }: Pick<Audio, 'container'>): AudioFormat {
  const format = Object.values(AUDIO_FORMATS).find((candidate) => candidate.container === container);
  if (format === undefined) throw new Error(`The container ${container} is not one that recordings are accepted in.`);
  return format;
}

/** What recordings that say nothing of their length are taken to last, in seconds. */
const UNTOLD_SECONDS = 3_600;
/** 16 kHz, 16 bits. */
const SOUND_BYTES_PER_SECOND = 32_000;

/** How much disk the decoded sound of recordings takes, as far as they say how long they are. */
export function soundBytesOf(recordings: readonly Pick<Audio, 'claimedSeconds'>[]): number {
  return recordings.reduce((sum, { claimedSeconds }) => sum + (claimedSeconds ?? UNTOLD_SECONDS) * SOUND_BYTES_PER_SECOND, 0);
}
