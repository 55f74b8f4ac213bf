import { MailOutbox } from '#mail';
import type { TestApi } from './test-api.js';

/** A letter as it was owed. */
export interface SentLetter {
  to: string;
  subject: string;
  text: string;
  /** Of its link. */
  url: string | undefined;
}

/** The letters sent to an address, oldest first. */
export function lettersTo(api: TestApi, email: string): SentLetter[] {
  return api.app
    .get(MailOutbox)
    .kept.filter(({ to }) => to === email)
    .map(({ to, subject, paragraphs, link }) => ({ to, subject, text: paragraphs.join('\n\n'), url: link?.url }));
}

/** The token in the newest letter to an address. */
export function tokenFor(api: TestApi, email: string): string {
  const { url } = lettersTo(api, email).findLast((letter) => letter.url !== undefined) ?? {};
  const token = url === undefined ? null : new URL(url).searchParams.get('token');
  if (token === null) throw new Error(`No letter with a link went to ${email}.`);
  return token;
}
