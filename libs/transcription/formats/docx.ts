import { AlignmentType, Document, Footer, HeadingLevel, Packer, PageNumber, Paragraph, ShadingType, TextRun } from 'docx';
import { clock, isRightToLeft, type Passage, type TranscriptDocument } from './transcript-document.js';

const GREY = '666666';
const NOTICE_FILL = 'FFF4D6';

/** The transcript as a Word document (Office Open XML). */
export async function* toDocx({ title, facts, notices, passages }: TranscriptDocument): AsyncGenerator<Uint8Array> {
  const document = new Document({
    title,
    creator: 'Steno',
    styles: {
      default: {
        document: { run: { font: 'Calibri', size: 22 }, paragraph: { spacing: { after: 120, line: 276 } } },
        title: { run: { size: 36, bold: true }, paragraph: { spacing: { after: 160 } } },
      },
    },
    sections: [
      {
        footers: { default: pageNumbers() },
        children: [
          new Paragraph({ heading: HeadingLevel.TITLE, ...direction(title), children: [run(title)] }),
          ...facts.map(({ name, value }) => fact(name, value)),
          ...notices.map(notice),
          new Paragraph({ spacing: { after: 120 } }),
          ...(passages.length === 0 ? [new Paragraph({ children: [run('Nothing was said.', { italics: true })] })] : []),
          ...passages.flatMap(spoken),
        ],
      },
    ],
  });
  yield await Packer.toBuffer(document);
}

function run(text: string, format: { bold?: boolean; italics?: boolean; color?: string; size?: number } = {}): TextRun {
  return new TextRun({ text, rightToLeft: isRightToLeft(text), ...format });
}

function direction(text: string): { bidirectional: boolean } {
  return { bidirectional: isRightToLeft(text) };
}

function fact(name: string, value: string): Paragraph {
  return new Paragraph({ spacing: { after: 20 }, children: [run(`${name}: `, { color: GREY }), run(value)] });
}

function notice(text: string): Paragraph {
  return new Paragraph({
    shading: { type: ShadingType.CLEAR, fill: NOTICE_FILL },
    spacing: { before: 80, after: 80 },
    children: [run('Note: ', { bold: true }), run(text)],
  });
}

function spoken({ speaker, startSeconds, text }: Passage): Paragraph[] {
  const time = run(clock(startSeconds), { color: GREY, size: 18 });
  const who = speaker === null ? [time] : [run(speaker, { bold: true }), run('  '), time];
  return [
    new Paragraph({ keepNext: true, spacing: { before: 160, after: 20 }, ...direction(text), children: who }),
    new Paragraph({ ...direction(text), children: [run(text)] }),
  ];
}

function pageNumbers(): Footer {
  const children = [new TextRun({ children: [PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES], color: GREY, size: 18 })];
  return new Footer({ children: [new Paragraph({ alignment: AlignmentType.CENTER, children })] });
}
