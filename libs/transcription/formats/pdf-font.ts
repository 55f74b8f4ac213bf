import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** DejaVu Sans: Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic and many symbols; none of the scripts of East and South Asia. */
export const REGULAR = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
export const BOLD = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

/** Stands for a character the font does not have. */
const STAND_IN = '□';
const SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Devanagari', 'Bengali', 'Tamil', 'Telugu', 'Thai', 'Khmer', 'Myanmar'];

/** What pdfkit keeps of a font it has opened; only that knows which characters there are. */
interface OpenedFont {
  _font: { font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

/** Keeps to the characters the font has, and tells which others there were. */
export class FontReach {
  private readonly known = new Map<string, boolean>();
  private readonly lacking = new Set<string>();

  constructor(private readonly document: object) {}

  /** The text with a stand-in for each character the font lacks. */
  within(text: string): string {
    let shown = '';
    for (const character of text) shown += this.has(character) ? character : STAND_IN;
    return shown;
  }

  /** A sentence about what is missing; undefined when nothing is. */
  notice(texts: Iterable<string>): string | undefined {
    let count = 0;
    for (const text of texts) for (const character of text) count += this.has(character) ? 0 : 1;
    if (count === 0) return undefined;
    const lacking = [...this.lacking].join('');
    const scripts = SCRIPTS.filter((script) => new RegExp(`\\p{Script=${script}}`, 'u').test(lacking));
    const of = scripts.length === 0 ? '' : ` (${scripts.join(', ')})`;
    return `This PDF cannot show ${count} of the characters${of}; ${STAND_IN} stands for each. The formats docx, md and text have them all.`;
  }

  private has(character: string): boolean {
    const known = this.known.get(character);
    if (known !== undefined) return known;
    const has = /\s/u.test(character) || this.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
    this.known.set(character, has);
    if (!has) this.lacking.add(character);
    return has;
  }

  private get font(): OpenedFont['_font']['font'] {
    if (!isOpened(this.document)) throw new Error('pdfkit no longer says which characters a font has.');
    return this.document._font.font;
  }
}

function isOpened(document: object): document is OpenedFont {
  return '_font' in document;
}
