/** Scripts that put no spaces between words: each character counts as a word. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const TOKEN = new RegExp(`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}'’])+`, 'gu');
const LETTER = /[\p{L}\p{N}]/gu;

/** The words of a text as they are compared: without case and punctuation. */
export function tokensOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(TOKEN) ?? [];
}

/** Letters and digits of a text: what grows evenly with the time it takes to say it. */
export function lettersOf(text: string): number {
  return text.match(LETTER)?.length ?? 0;
}

/** How much two texts have in common: the longest row of words both have in order, as a share of the longer text. Two empty texts are the same. */
export function likeness(one: string, other: string): number {
  const [a, b] = [tokensOf(one), tokensOf(other)];
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 1 : 0;
  let row = new Uint16Array(b.length + 1);
  for (const token of a) {
    const next = new Uint16Array(b.length + 1);
    for (let at = 1; at <= b.length; at++) {
      next[at] = token === b[at - 1] ? (row[at - 1] ?? 0) + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0);
    }
    row = next;
  }
  return (row[b.length] ?? 0) / Math.max(a.length, b.length);
}

/** Scripts whose change within a recording is worth a look. Names as in Unicode; what Japanese mixes counts as one. */
const SCRIPTS: Record<string, RegExp> = Object.fromEntries(
  Object.entries({
    Latin: '\\p{Script=Latin}',
    Cyrillic: '\\p{Script=Cyrillic}',
    Greek: '\\p{Script=Greek}',
    Arabic: '\\p{Script=Arabic}',
    Hebrew: '\\p{Script=Hebrew}',
    Devanagari: '\\p{Script=Devanagari}',
    Hangul: '\\p{Script=Hangul}',
    Han: '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]',
    Thai: '\\p{Script=Thai}',
  }).map(([name, pattern]) => [name, new RegExp(pattern, 'gu')]),
);

/** The script most letters of a text are of; null for a text without letters of those we tell apart. */
export function scriptOf(text: string): string | null {
  const counts = Object.entries(SCRIPTS).map(([name, pattern]) => ({ name, count: text.match(pattern)?.length ?? 0 }));
  const most = counts.toSorted((a, b) => b.count - a.count)[0];
  return most === undefined || most.count === 0 ? null : most.name;
}
