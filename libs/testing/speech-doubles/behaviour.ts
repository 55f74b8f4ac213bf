/** How a double answers one call. */
export const MODES = [
  'ok',
  'empty',
  'bad_audio',
  'unauthorized',
  'too_large',
  'rate_limited',
  'no_credit',
  'server_error',
  'hang',
  'hang_up',
  'cut_off',
  'html',
  'wrong_shape',
  'wrong_types',
  'endless',
  'blocked',
  'output_truncated',
  'redirect',
] as const;
export type Mode = (typeof MODES)[number];

/** One scripted answer. */
export interface Behaviour {
  mode: Mode;
  /** Waits this long before answering. */
  delayMs?: number;
  /** For `rate_limited`: the Retry-After header, 7 when not set (Gemini says it in the body). */
  retryAfter?: string;
  /** For `ok`: says this instead of the double's own transcript. */
  text?: string;
}

/** What the double hears in a chunk; seconds from its start. */
export interface SpokenTranscript {
  language: string;
  words: { start: number; end: number; text: string }[];
  segments: { start: number; end: number; text: string; speaker: string }[];
}

const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const WORD_SECONDS = 0.5;
const WORDS_A_SEGMENT = 10;

/**
 * Two words a second, a segment every ten words, two speakers in turn: the same audio length always gives the same transcript.
 * @param seconds length of the audio
 * @param text said instead, one word every half second
 */
export function spokenTranscript(seconds: number, text?: string): SpokenTranscript {
  const count = Math.floor(seconds / WORD_SECONDS);
  const said = text?.split(/\s+/) ?? Array.from({ length: count }, (_, index) => WORDS[index % WORDS.length] ?? '');
  const words = said.map((word, index) => ({
    text: word,
    start: Math.min(seconds, index * WORD_SECONDS),
    end: Math.min(seconds, (index + 1) * WORD_SECONDS),
  }));
  const segments = Array.from({ length: Math.ceil(words.length / WORDS_A_SEGMENT) }, (_, index) => {
    const part = words.slice(index * WORDS_A_SEGMENT, (index + 1) * WORDS_A_SEGMENT);
    return {
      start: part[0]?.start ?? 0,
      end: part.at(-1)?.end ?? seconds,
      text: part.map((word) => word.text).join(' '),
      speaker: index % 2 === 0 ? 'A' : 'B',
    };
  });
  return { language: 'en', words, segments };
}
