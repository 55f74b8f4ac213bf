/** Scripts and forms that take two columns of a line, as terminals and subtitle guides count them (Unicode's East Asian Width). */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
/** Marks that stand on the letter before them, joiners and marks of direction. */
const WITHOUT_WIDTH = /[\p{M}\p{Cf}]/u;
const PLAIN = /^[\x20-\x7e]*$/;

/** How much of a line a text takes: 1 for a letter, 2 for a wide one, 0 for a mark on another. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (!WITHOUT_WIDTH.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}
