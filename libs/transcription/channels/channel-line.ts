import type { FinishedTranscript } from '../transcriptions.repository.js';

/** A line of a transcript whose channels were transcribed apart. */
export type ChannelLine = FinishedTranscript['segments'][number] & { channel: number };

/** A word with its time and the form in which it is compared. */
export interface PlacedWord {
  start: number;
  end: number;
  form: string;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The words of a text in the form in which they are compared: small letters and figures alone. */
export function formsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  const words = UNSPACED.test(plain) ? [...segmenter.segment(plain)].map(({ segment }) => segment) : plain.split(/\s+/);
  return words.map((word) => word.replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')).filter((word) => word !== '');
}

/** The words of a line with their times; where the engine gave none, spread over the line. */
export function placedWords({ start, end, text, words }: Pick<ChannelLine, 'start' | 'end' | 'text' | 'words'>): PlacedWord[] {
  if (words.length > 0)
    return words.flatMap((word) => formsOf(word.text).map((form) => ({ start: word.start, end: word.end, form })));
  const forms = formsOf(text);
  const step = (end - start) / forms.length;
  return forms.map((form, index) => ({ start: start + index * step, end: start + (index + 1) * step, form }));
}

/** Whether two words are one as two microphones hear it: equal, or of three letters of four the same. */
export function soundAlike(a: string, b: string): boolean {
  if (a === b) return true;
  const longest = Math.max(a.length, b.length);
  return (
    longest >= 4 &&
    Math.min(a.length, b.length) >= longest * 0.75 &&
    commonInOrder(a.length, b.length, (i, j) => a[i] === b[j]).length >= longest * 0.75
  );
}

/** Which share of the letters of the longer of two texts the other has in the same order. */
export function likeness(a: string, b: string): number {
  return commonInOrder(a.length, b.length, (i, j) => a[i] === b[j]).length / Math.max(1, a.length, b.length);
}

/**
 * The longest row of things that two rows have in the same order.
 * @param same whether the one at `i` in the first row is the one at `j` in the second
 * @returns their places, in order
 */
export function commonInOrder(
  first: number,
  second: number,
  same: (i: number, j: number) => boolean,
): { i: number; j: number }[] {
  const width = second + 1;
  const lengths = new Uint16Array((first + 1) * width);
  const length = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = 1; i <= first; i++) {
    for (let j = 1; j <= second; j++) {
      const both = same(i - 1, j - 1) ? length(i - 1, j - 1) + 1 : 0;
      lengths[i * width + j] = Math.max(both, length(i - 1, j), length(i, j - 1));
    }
  }
  const found: { i: number; j: number }[] = [];
  for (let i = first, j = second; i > 0 && j > 0;) {
    if (length(i, j) === length(i - 1, j)) i--;
    else if (length(i, j) === length(i, j - 1)) j--;
    else found.push({ i: --i, j: --j });
  }
  return found.reverse();
}
