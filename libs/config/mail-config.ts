import { join } from 'node:path';
import type { MailEnvironment } from './mail-environment.js';

/** How letters leave the house. */
export interface MailConfig {
  /** An address, or `Name <address>`. */
  from: string;
  /** Not set: letters become files in `directory`. */
  smtp?: { url: URL; allowPlaintext: boolean };
  directory: string;
  /** Whether the API shows the letters that became files. */
  inbox: boolean;
}

/** @param home absolute path of STENO_HOME */
export function mailOf(env: MailEnvironment, home: string): MailConfig {
  return {
    from: env.MAIL_FROM,
    smtp: env.SMTP_URL === undefined ? undefined : { url: new URL(env.SMTP_URL), allowPlaintext: env.SMTP_ALLOW_PLAINTEXT },
    directory: join(home, 'mail'),
    inbox: env.SMTP_URL === undefined && env.NODE_ENV !== 'production',
  };
}

/** What is wrong with the mail settings taken together. */
export function mailProblems(env: MailEnvironment): string[] {
  if (env.SMTP_URL !== undefined && !URL.canParse(env.SMTP_URL))
    return ['SMTP_URL is no URL. Characters like @, / and # in its password must be percent-encoded.'];
  if (env.NODE_ENV !== 'production') return [];
  if (env.SMTP_URL === undefined && !env.ALLOW_EMBEDDED)
    return ['SMTP_URL is not set. Production sends letters; set ALLOW_EMBEDDED=true to have them as files in STENO_HOME/mail.'];
  if (env.SMTP_URL !== undefined && /@localhost>?$/.test(env.MAIL_FROM))
    return ['MAIL_FROM is not set. Mail servers refuse letters from localhost; set it to an address of yours.'];
  return [];
}
