import type { TranscriptSegment } from '#database';

/** A line of a transcript, as far as captions are made of it. */
export type SpokenLine = Pick<TranscriptSegment, 'start' | 'end' | 'text' | 'speaker' | 'words'>;

const LETTERS = /[\p{L}\p{N}]/gu;

/**
 * When the letters of a line are spoken. Engines give words without punctuation, or with another spelling, so that words are matched
 * by how many letters came before: exactly where both have the same letters, in proportion where they do not. Without words, the
 * line's time is spread evenly over its letters.
 */
export class Timeline {
  private readonly marks: { from: number; to: number; startMs: number; endMs: number }[] = [];
  private readonly scale: number;
  private letters = 0;
  private index = 0;

  constructor({ start, end, text, words }: SpokenLine) {
    let position = 0;
    for (const word of words) {
      const count = lettersIn(word.text);
      if (count === 0) continue;
      this.marks.push({ from: position, to: position + count, startMs: ms(word.start), endMs: ms(word.end) });
      position += count;
    }
    const all = lettersIn(text);
    if (position === 0 || all === 0) {
      this.marks = [{ from: 0, to: Math.max(all, 1), startMs: ms(start), endMs: ms(end) }];
      this.scale = 1;
    } else this.scale = position / all;
  }

  /** The time of the next piece of the text; pieces are asked for in their order. */
  next(text: string): { startMs: number; endMs: number } {
    const startMs = this.at(this.letters, false);
    this.letters += lettersIn(text);
    return { startMs, endMs: Math.max(this.at(this.letters, true), startMs) };
  }

  /** @param isEnd a place between two words belongs to the end of the first, or to the start of the second */
  private at(letters: number, isEnd: boolean): number {
    const position = letters * this.scale;
    const behind = (to: number): boolean => (isEnd ? position > to + 1e-6 : position >= to - 1e-6);
    while (this.index < this.marks.length - 1 && behind(this.marks[this.index]?.to ?? 0)) this.index += 1;
    const mark = this.marks[this.index];
    if (mark === undefined) return 0;
    const share = Math.min(Math.max((position - mark.from) / (mark.to - mark.from), 0), 1);
    return Math.round(mark.startMs + share * (mark.endMs - mark.startMs));
  }
}

function lettersIn(text: string): number {
  return text.match(LETTERS)?.length ?? 0;
}

function ms(seconds: number): number {
  return Math.round(seconds * 1_000);
}
