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

/** How loud a channel is at a time, in decibels; null where nobody knows. */
export type LoudnessAt = (channel: number, start: number, end: number) => number | null;

/** Looks up loudness in the chunks of a recording. */
export function loudnessIn(chunks: readonly Measured[]): LoudnessAt {
  const known = chunks.flatMap(({ loudness, ...chunk }) =>
    loudness === null ? [] : [{ ...chunk, levels: Buffer.from(loudness, 'base64') }],
  );
  return (channel, start, end) => {
    let power = 0;
    let count = 0;
    for (const chunk of known) {
      if (chunk.channel !== channel || chunk.endSeconds <= start || chunk.startSeconds >= end) continue;
      const from = Math.max(0, Math.floor((start - chunk.startSeconds) * STEPS_PER_SECOND));
      const to = Math.min(chunk.levels.length, Math.ceil((end - chunk.startSeconds) * STEPS_PER_SECOND));
      for (let step = from; step < to; step++) {
        power += 10 ** ((chunk.levels[step] ?? 0) / (10 * STEPS_PER_DECIBEL));
        count++;
      }
    }
    return count === 0 ? null : 10 * Math.log10(power / count);
  };
}
