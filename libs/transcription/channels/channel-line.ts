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

/** The words of a text in the form in which they are compared; languages without spaces as well. */
export function formsOf(text: string): string[] {
  const words = [...segmenter.segment(text.normalize('NFKC').toLowerCase())];
  return words.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment.replaceAll(/[\p{P}\p{S}]/gu, ''));
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
  return longest >= 4 && changesBetween(a, b) <= longest / 4;
}

/** Letters to change, add or leave out to make one word of the other (Levenshtein). */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
