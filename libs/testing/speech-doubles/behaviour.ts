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
  'reset',
  'stall',
  'html',
  'wrong_shape',
  'wrong_types',
  'endless',
  'huge',
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
  /** For `ok`: hears exactly this, whatever the audio. */
  heard?: SpokenTranscript;
}

/** What the double hears in a chunk; seconds from its start. */
export interface SpokenTranscript {
  language: string;
  words: { start: number; end: number; text: string }[];
  segments: { start: number; end: number; text: string; speaker: string }[];
}

const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
/** A dozen words are counted; the rest is mixed, because nobody counts to ten again and again. */
const COUNTED = 12;
const MIXED = (
  'river window letter garden engine paper music winter bridge kitchen planet sailor number village carbon doctor summer pencil basket ' +
  'candle yellow silver copper island meadow harbour thunder blanket cousin market'
).split(' ');
const WORD_SECONDS = 0.5;
const WORDS_A_SEGMENT = 10;

function wordAt(index: number): string {
  if (index < COUNTED) return WORDS[index % WORDS.length] ?? '';
  const mixed = Math.imul(Math.imul(index ^ (index >>> 4), 0x45d9f3b) ^ 0x5bd1, 0x45d9f3b);
  return MIXED[(mixed >>> 12) % MIXED.length] ?? '';
}

/**
 * Two words a second, a segment every ten words, two speakers in turn: the same audio length always gives the same transcript.
 * @param seconds length of the audio
 * @param text said instead, one word every half second
 */
export function spokenTranscript(seconds: number, text?: string): SpokenTranscript {
  const count = Math.floor(seconds / WORD_SECONDS);
  const said = text?.split(/\s+/) ?? Array.from({ length: count }, (_, index) => wordAt(index));
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
