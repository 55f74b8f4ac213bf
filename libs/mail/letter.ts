import { FieldError } from '#errors';
import { escapeHtml } from './escape-html.js';
import { mailErrors } from './mail.errors.js';

/** A letter as a room writes it. */
export interface NewLetter {
  workspaceId: string;
  /** One e-mail address, without a name. */
  to: string;
  /** Stands in the database in the clear: never a secret in it. */
  subject: string;
  /** Plain text; markup in it is shown, not obeyed. */
  paragraphs: string[];
  /** Stands below the paragraphs. Its address may hold a secret. */
  link?: { label: string; url: string };
}

/** What a letter says, in both of its forms. */
export interface LetterContent {
  text: string;
  html: string;
}

/** A letter as it is sent. */
export interface Letter extends LetterContent {
  id: string;
  to: string;
  subject: string;
  writtenAt: Date;
}

/** Stricter than the RFC: nothing quoted, no comment, no second address, nothing that could end a header or a command. */
const ADDRESS = /^[^\s\p{C}<>()[\]\\,;:"@]+@[^\s\p{C}<>()[\]\\,;:"@]+$/u;
const LONGEST_ADDRESS = 254;
const LONGEST_SUBJECT = 250;

/** @throws FieldError recipient_invalid unless the text is one plain e-mail address */
export function checkedRecipient(to: string): string {
  if (to.length > LONGEST_ADDRESS || !ADDRESS.test(to))
    throw new FieldError(mailErrors.recipient_invalid, mailErrors.recipient_invalid.example);
  return to;
}

/** One line of harmless characters: names that users chose may stand in a subject. */
export function cleanSubject(subject: string): string {
  return [...subject.replace(/[\p{C}\s]+/gu, ' ').trim()].slice(0, LONGEST_SUBJECT).join('');
}

/**
 * Writes both forms of a letter.
 * @throws Error when the link is not of the web
 */
export function composeContent({ paragraphs, link }: Pick<NewLetter, 'paragraphs' | 'link'>): LetterContent {
  if (link !== undefined && !/^https?:\/\/[^\s\p{C}]+$/u.test(link.url))
    throw new Error('A letter links to http and https alone.');
  const text = [...paragraphs, ...(link === undefined ? [] : [`${link.label}:\n${link.url}`])].join('\n\n');
  const blocks = paragraphs.map(escapeHtml);
  if (link !== undefined) blocks.push(`<a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a>`);
  const body = blocks.map((block) => `<p>${block}</p>`).join('\n');
  return { text: `${text}\n`, html: `<!doctype html>\n<html lang="en">\n<body>\n${body}\n</body>\n</html>\n` };
}
