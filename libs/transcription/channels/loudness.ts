/** A stretch of one channel with how loud it is. */
interface Measured {
  channel: number;
  startSeconds: number;
  endSeconds: number;
  /** For each tenth of a second, half decibels, as Base64. */
  loudness: string | null;
}

const STEPS_PER_SECOND = 10;
const STEPS_PER_DECIBEL = 2;

/** How loud a channel is at a moment, in decibels; null where nobody knows. */
export type LoudnessAt = (channel: number, seconds: number) => number | null;

/** Looks up loudness in the chunks of a recording. */
export function loudnessIn(chunks: readonly Measured[]): LoudnessAt {
  const known = chunks.flatMap(({ loudness, ...chunk }) =>
    loudness === null ? [] : [{ ...chunk, levels: Buffer.from(loudness, 'base64') }],
  );
  return (channel, seconds) => {
    const chunk = known.find((each) => each.channel === channel && each.startSeconds <= seconds && seconds < each.endSeconds);
    const level = chunk?.levels[Math.floor((seconds - chunk.startSeconds) * STEPS_PER_SECOND)];
    return level === undefined ? null : level / STEPS_PER_DECIBEL;
  };
}
