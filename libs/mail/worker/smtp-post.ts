import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import type { MailConfig } from '#config';
import type { Letter } from '../letter.js';
import { messageOf, Post } from './post.js';
import { smtpFailure } from './smtp-failure.js';

/** To find the server, to connect, to be greeted. */
const CONNECT_MS = 10_000;
/** Of silence in the middle. */
const SILENCE_MS = 30_000;

/** Sends letters to the server of SMTP_URL, each over a connection of its own. */
export class SmtpPost extends Post {
  constructor(
    private readonly from: string,
    private readonly options: SMTPTransportOptions,
  ) {
    super();
  }

  async send(letter: Letter, signal: AbortSignal): Promise<void> {
    const transport = createTransport(this.options);
    try {
      await transport.sendMail({ ...messageOf(letter, this.from), signal });
    } catch (error) {
      throw smtpFailure(error);
    } finally {
      transport.close();
    }
  }
}

/**
 * How the server of the configuration is talked to. Certificates are verified; without TLS nothing is said to any but this machine,
 * unless the configuration allows it.
 */
export function smtpOptions({ url, allowPlaintext }: NonNullable<MailConfig['smtp']>): SMTPTransportOptions {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const local = isLoopback(host);
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !local && !allowPlaintext,
    ignoreTLS: !secure && local,
    tls: { minVersion: 'TLSv1.2', ...(isIP(host) === 0 ? { servername: host } : {}) },
    auth: url.username === '' ? undefined : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    dnsTimeout: CONNECT_MS,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
