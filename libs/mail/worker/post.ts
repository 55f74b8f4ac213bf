import type { Options } from 'nodemailer/lib/mailer';
import type { Letter } from '../letter.js';

/** The way letters leave the house. */
export abstract class Post {
  /**
   * Hands a letter over; once this returns somebody else has it. The same letter twice has the same Message-ID.
   * @param signal stops it
   * @throws FieldError letter_refused, mail_server_unavailable
   */
  abstract send(letter: Letter, signal: AbortSignal): Promise<void>;
}

/**
 * The letter as nodemailer takes it. All that tells one letter from another is made from its row, so that one sent again after a
 * crash is known as the same.
 * @param from an address, or `Name <address>`
 */
export function messageOf(letter: Letter, from: string): Options {
  const domain = from.slice(from.lastIndexOf('@') + 1).replace('>', '');
  return {
    from,
    // As an object it is taken for one address, whatever is in it.
    to: { name: '', address: letter.to },
    subject: letter.subject,
    messageId: `<${letter.id}@${domain}>`,
    date: letter.writtenAt,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: letter.text,
    html: letter.html,
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
