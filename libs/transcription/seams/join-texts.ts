/** A character of a script that puts no spaces between words; for regular expressions with the flag `u` or `v`. */
export const UNSPACED =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';

const ENDS_UNSPACED = new RegExp(`(?:${UNSPACED}\\p{M}*|[ー、。！？」』）…])$`, 'u');
const BEGINS_UNSPACED = new RegExp(`^(?:${UNSPACED}|[「『（])`, 'u');

/** Joins texts as their script does: with spaces, or without where words are written without. Empty ones are left out. */
export function joinTexts(texts: readonly string[]): string {
  let joined = '';
  for (const text of texts.map((each) => each.trim()).filter((each) => each !== '')) {
    const spaced = joined !== '' && !(ENDS_UNSPACED.test(joined.slice(-8)) && BEGINS_UNSPACED.test(text));
    joined += (spaced ? ' ' : '') + text;
  }
  return joined;
}
