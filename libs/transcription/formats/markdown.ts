import { clock, type TranscriptDocument } from './transcript-document.js';

/** What Markdown (CommonMark, GitHub's tables and strikethrough) could take for markup anywhere in a line … */
const MARKUP = /[\\`*_[\]{}|~$]/g;
/** … and at its start: headings, lists, quotations, rules, numbered lists. */
const AT_START = /^([#+\-=:]|\d{1,9}(?=[.)]))/;

/** The transcript as Markdown. Nothing in it that was spoken or named is taken for markup or HTML. */
export function* toMarkdown({ title, facts, notices, passages }: TranscriptDocument): Generator<string> {
  yield `# ${plain(title)}\n\n`;
  for (const { name, value } of facts) yield `- **${name}:** ${plain(value)}\n`;
  for (const notice of notices) yield `\n> **Note:** ${plain(notice)}\n`;
  yield '\n---\n';
  if (passages.length === 0) yield '\n*Nothing was said.*\n';
  for (const { speaker, startSeconds, text } of passages) {
    const who = speaker === null ? '' : `**${plain(speaker)}** `;
    yield `\n${who}\\[${clock(startSeconds)}\\]\n\n${plain(text)}\n`;
  }
}

function plain(text: string): string {
  const escaped = text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(MARKUP, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return escaped.replace(AT_START, (mark) => (/^\d/.test(mark) ? `${mark}\\` : `\\${mark}`));
}
