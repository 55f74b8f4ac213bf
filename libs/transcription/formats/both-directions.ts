/** A piece of a line that is written in one direction. */
export interface Atom {
  text: string;
  isRightToLeft: boolean;
  /** Whether a space parts it from the one before it. */
  spaced: boolean;
}

const RTL = String.raw`\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}`;
const HAS_RTL = new RegExp(`[${RTL}]`, 'u');
/** Letters of one direction, with the marks between them; digits run from left to right in every script. */
const LTR_STRETCH = `[\\p{L}\\p{N}\\p{M}](?:[^${RTL}]*[\\p{L}\\p{N}\\p{M}])?`;
const STRETCH = new RegExp(
  `(?:(?!\\p{Nd})[${RTL}])(?:(?!\\p{Nd})[${RTL}\\p{M}])*|(?![${RTL}])${LTR_STRETCH}|[^\\p{L}\\p{N}]+|.`,
  'gu',
);
const HAS_LETTER = /[\p{L}\p{N}]/u;
const MIRRORED: Readonly<Record<string, string>> = {
  '(': ')',
  ')': '(',
  '[': ']',
  ']': '[',
  '{': '}',
  '}': '{',
  '«': '»',
  '»': '«',
  '<': '>',
  '>': '<',
};

export function hasRightToLeft(text: string): boolean {
  return HAS_RTL.test(text);
}

/**
 * A text in the order it is spoken, in pieces of one direction each. Marks between them have the line's.
 * @param isRightToLeft the line's direction
 */
export function atomsOf(text: string, isRightToLeft: boolean): Atom[] {
  return text
    .split(/\s+/u)
    .filter((word) => word !== '')
    .flatMap((word) => (word.match(STRETCH) ?? []).map((stretch, index) => atomOf(stretch, index === 0, isRightToLeft)));
}

function atomOf(text: string, spaced: boolean, isRightToLeft: boolean): Atom {
  if (HAS_LETTER.test(text)) return { text, isRightToLeft: HAS_RTL.test(text) && !/^\p{Nd}/u.test(text), spaced };
  const marks = isRightToLeft
    ? [...text]
        .toReversed()
        .map((mark) => MIRRORED[mark] ?? mark)
        .join('')
    : text;
  return { text: marks, isRightToLeft, spaced };
}

/**
 * Where the pieces of a line stand: those of the line's own direction one after the other, a run of the other direction as a whole,
 * from its own beginning. What the Unicode bidirectional algorithm says of texts without embedded runs.
 * @param width of the whole line
 * @returns each with its left edge, from the left edge of the line
 */
export function placeLine(
  atoms: readonly Atom[],
  line: { isRightToLeft: boolean; width: number; space: number; widthOf: (text: string) => number },
): { text: string; x: number }[] {
  const placed: { text: string; x: number }[] = [];
  let used = 0;
  for (const run of runsOf(atoms)) {
    if (run[0]?.spaced === true && used > 0) used += line.space;
    const widths = run.map(({ text }) => line.widthOf(text));
    const gaps = run.map(({ spaced }, index) => (spaced && index > 0 ? line.space : 0));
    const total = [...widths, ...gaps].reduce((sum, part) => sum + part, 0);
    const left = line.isRightToLeft ? line.width - used - total : used;
    let inside = 0;
    for (const [index, { text, isRightToLeft }] of run.entries()) {
      const width = widths[index] ?? 0;
      inside += gaps[index] ?? 0;
      placed.push({ text, x: isRightToLeft ? left + total - inside - width : left + inside });
      inside += width;
    }
    used += total;
  }
  return placed;
}

function runsOf(atoms: readonly Atom[]): Atom[][] {
  const runs: Atom[][] = [];
  for (const atom of atoms) {
    const last = runs.at(-1);
    if (last?.[0]?.isRightToLeft === atom.isRightToLeft) last.push(atom);
    else runs.push([atom]);
  }
  return runs;
}
