/** A piece of an excerpt: what was searched for, or what stands around it. */
export interface ExcerptPiece {
  text: string;
  match: boolean;
}

/** Around what was searched for, while an excerpt comes from the database: characters that no text has (Unicode, private use). */
export const MARKS = { start: '\uE000', end: '\uE001' };

/** An excerpt without marks, in pieces: whoever shows it decides how, and has no markup to fear. */
export function piecesOf(excerpt: string): ExcerptPiece[] {
  return excerpt
    .split(MARKS.start)
    .flatMap((part, index) => {
      const [first = '', ...rest] = part.split(MARKS.end);
      return index === 0
        ? [{ text: part.replaceAll(MARKS.end, ''), match: false }]
        : [
            { text: first, match: true },
            { text: rest.join(''), match: false },
          ];
    })
    .filter(({ text }) => text !== '');
}
