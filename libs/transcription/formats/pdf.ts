import PDFDocument from 'pdfkit';
import { type Atom, atomsOf, hasRightToLeft, placeLine } from './both-directions.js';
import { BOLD, FontReach, REGULAR } from './pdf-font.js';
import { clock, isRightToLeft, type Passage, type TranscriptDocument } from './transcript-document.js';
import { Turns } from './turns.js';

/** Points, 1/72 of an inch. */
const MARGIN = 56;
const FOOTER_ROOM = 40;
const TEXT_SIZE = 10.5;
const SMALL_SIZE = 8.5;
const LINE_GAP = 3;
const INK = '#1a1a1a';
const GREY = '#666666';
const NOTICE_FILL = '#fff4d6';

/** The transcript as a PDF, written page by page. */
export async function* toPdf(content: TranscriptDocument): AsyncGenerator<Uint8Array> {
  const document = new PDFDocument({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOTER_ROOM / 2 },
    info: { Title: content.title, Creator: 'Steno' },
    lang: 'en',
    displayTitle: true,
  });
  document.registerFont('regular', REGULAR);
  document.registerFont('bold', BOLD);
  await new Sheet(document).write(content);
  document.end();
  for await (const piece of document) yield piece as Uint8Array;
}

/** What is written with. */
interface Ink {
  font: 'regular' | 'bold';
  size: number;
  color: string;
}

/** Writes on the pages of a PDF. */
class Sheet {
  private readonly reach: FontReach;
  private readonly width: number;
  private page = 0;
  private ink: Ink = { font: 'regular', size: TEXT_SIZE, color: INK };

  constructor(private readonly pdf: PDFKit.PDFDocument) {
    pdf.font('regular');
    this.reach = new FontReach(pdf);
    this.width = pdf.page.width - 2 * MARGIN;
    pdf.on('pageAdded', () => this.numberPage());
    this.numberPage();
  }

  async write({ title, facts, notices, passages }: TranscriptDocument): Promise<void> {
    const turns = new Turns();
    this.text(title, { font: 'bold', size: 18 });
    this.pdf.moveDown(0.4);
    for (const { name, value } of facts) this.fact(name, value);
    const spoken = passages.flatMap(({ speaker, text }) => [speaker ?? '', text]);
    const missing = this.reach.notice([title, ...facts.map(({ value }) => value), ...notices, ...spoken]);
    for (const notice of missing === undefined ? notices : [missing, ...notices]) this.notice(notice);
    this.pdf.moveDown(0.8);
    if (passages.length === 0) this.text('Nothing was said.', { color: GREY });
    for (const passage of passages) {
      this.passage(passage);
      await turns.give();
    }
  }

  private fact(name: string, value: string): void {
    this.text(`${name}: ${value}`, { size: 9.5, color: GREY, gap: 2, isRightToLeft: false });
  }

  private notice(notice: string): void {
    const text = `Note: ${this.reach.within(notice)}`;
    this.pdf.font('regular').fontSize(9.5);
    const inner = this.width - 16;
    const height = this.pdf.heightOfString(text, { width: inner, lineGap: 2 });
    this.keepTogether(height + 20);
    this.pdf.moveDown(0.5);
    const { y } = this.pdf;
    this.pdf.rect(MARGIN, y, this.width, height + 8).fill(NOTICE_FILL);
    this.text(text, { size: 9.5, gap: 2, x: MARGIN + 8, y: y + 5, width: inner, isRightToLeft: false });
    this.pdf.y = y + height + 8;
  }

  private passage({ speaker, startSeconds, text }: Passage): void {
    this.keepTogether(4 * (TEXT_SIZE + LINE_GAP));
    const isRtl = isRightToLeft(text);
    const head = this.pdf.y;
    const time = clock(startSeconds);
    if (speaker !== null) {
      this.text(speaker, {
        font: 'bold',
        size: TEXT_SIZE,
        isRightToLeft: isRtl,
        width: this.width - 60,
        x: isRtl ? MARGIN + 60 : MARGIN,
      });
      const below = this.pdf.y;
      this.text(time, { size: SMALL_SIZE, color: GREY, y: head + 2, align: isRtl ? 'left' : 'right' });
      this.pdf.y = below;
    } else this.text(time, { size: SMALL_SIZE, color: GREY, align: isRtl ? 'right' : 'left' });
    this.text(text, { isRightToLeft: isRtl });
    this.pdf.moveDown(0.7);
  }

  /** Writes a paragraph; below it is where the next one begins. */
  private text(
    text: string,
    format: Partial<Ink> & {
      gap?: number;
      x?: number;
      y?: number;
      width?: number;
      align?: 'left' | 'right';
      isRightToLeft?: boolean;
    } = {},
  ): void {
    const { font = 'regular', size = TEXT_SIZE, color = INK, gap = LINE_GAP, x = MARGIN, y = this.pdf.y } = format;
    const width = format.width ?? this.width;
    const shown = this.reach.within(text);
    this.take({ font, size, color });
    if (hasRightToLeft(shown)) {
      this.bothDirections(shown, { x, y, width, gap, isRightToLeft: format.isRightToLeft ?? isRightToLeft(shown) });
      return;
    }
    this.pdf.text(shown, x, y, {
      width,
      lineGap: gap,
      align: format.align ?? (format.isRightToLeft === true ? 'right' : 'left'),
    });
  }

  /** pdfkit shapes each word of Arabic and Hebrew well, but sets the words from left to right. */
  private bothDirections(
    text: string,
    { x, y, width, gap, isRightToLeft: isRtl }: { x: number; y: number; width: number; gap: number; isRightToLeft: boolean },
  ): void {
    const widthOf = (piece: string): number => this.pdf.widthOfString(piece);
    const space = widthOf(' ');
    const lineHeight = this.pdf.currentLineHeight(true) + gap;
    this.pdf.y = y;
    for (const line of wrapped(atomsOf(text, isRtl), width, space, widthOf)) {
      this.keepTogether(lineHeight);
      const top = this.pdf.y;
      for (const piece of placeLine(line, { isRightToLeft: isRtl, width, space, widthOf }))
        this.pdf.text(piece.text, x + piece.x, top, { lineBreak: false });
      this.pdf.y = top + lineHeight;
    }
  }

  private keepTogether(height: number): void {
    if (this.pdf.y + height > this.pdf.page.height - this.pdf.page.margins.bottom) this.pdf.addPage();
  }

  /** Below the margin, where pdfkit would begin another page; maybe in the middle of a paragraph, which then goes on as it was. */
  private numberPage(): void {
    this.page += 1;
    const { pdf, ink } = this;
    const { x, y } = pdf;
    const { bottom } = pdf.page.margins;
    pdf.page.margins.bottom = 0;
    this.take({ font: 'regular', size: SMALL_SIZE, color: GREY });
    const place = { width: this.width, align: 'center', lineBreak: false } as const;
    pdf.text(String(this.page), MARGIN, pdf.page.height - FOOTER_ROOM, place);
    this.take(ink);
    pdf.page.margins.bottom = bottom;
    pdf.x = x;
    pdf.y = y;
  }

  private take(ink: Ink): void {
    this.ink = ink;
    this.pdf.font(ink.font).fontSize(ink.size).fillColor(ink.color);
  }
}

function wrapped(atoms: readonly Atom[], width: number, space: number, widthOf: (text: string) => number): Atom[][] {
  const lines: Atom[][] = [];
  let used = 0;
  for (const atom of atoms) {
    const last = lines.at(-1);
    const wider = used + widthOf(atom.text) + (atom.spaced ? space : 0);
    if (last === undefined || (wider > width && atom.spaced)) {
      lines.push([atom]);
      used = widthOf(atom.text);
    } else {
      last.push(atom);
      used = wider;
    }
  }
  return lines;
}
