import { type Mailbox, startMailbox } from '#testing/mailbox';
import { sendOwedMail } from './owed-mail.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

/** An API whose letters arrive. */
export type MailingApi = TestApi & { mailbox: Mailbox };

/** A letter as it arrived. */
export interface Letter {
  subject: string;
  text: string;
  /** Of its link. */
  url: string | null;
}

/** Addresses need not be verified, unless the overrides say so. */
export async function startMailingApi(overrides: Record<string, string> = {}): Promise<MailingApi> {
  const mailbox = await startMailbox();
  const api = await startTestApi({ SMTP_URL: mailbox.url, EMAIL_VERIFICATION: 'optional', ...overrides });
  const stop = async (): Promise<void> => {
    await api.stop();
    await mailbox.stop();
  };
  return { ...api, mailbox, stop };
}

/** The letters to an address, oldest first; those still owed are sent before. */
export async function lettersTo({ app, mailbox }: MailingApi, email: string): Promise<Letter[]> {
  await sendOwedMail(app);
  return (
    mailbox.letters
      .filter(({ to }) => to.includes(email))
      // Made of the letters' ids, which rise with time.
      .toSorted((one, other) => (one.messageId < other.messageId ? -1 : 1))
      .map(({ subject, text, link }) => ({ subject, text, url: link }))
  );
}

/** The token in the newest letter to an address. */
export async function tokenFor(api: MailingApi, email: string): Promise<string> {
  const { url } = (await lettersTo(api, email)).findLast((letter) => letter.url !== null) ?? {};
  const token = typeof url === 'string' ? new URL(url).searchParams.get('token') : null;
  if (token === null) throw new Error(`No letter with a link went to ${email}.`);
  return token;
}
