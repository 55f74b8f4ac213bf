import { IsBoolean, IsOptional, Matches } from 'class-validator';
import { ServerEnvironment } from './server-environment.js';
import { Variable } from './variable.js';

/** Letters to users. */
export class MailEnvironment extends ServerEnvironment {
  @Variable('text', {
    group: 'Mail',
    readBy: 'both',
    secret: true,
    description:
      'Server that takes our mail, as smtp://user:password@host:587 (STARTTLS is demanded, except of this machine) or smtps://…:465. Not set: letters become files in STENO_HOME/mail, and GET /inbox shows them to this machine.',
  })
  @IsOptional()
  @Matches(/^smtps?:\/\/\S+$/, { message: 'SMTP_URL must look like smtp://user:password@host:587 (or smtps:// for TLS)' })
  SMTP_URL?: string;

  @Variable('boolean', {
    group: 'Mail',
    readBy: 'worker',
    default: 'false',
    description: 'Lets letters and the password of SMTP_URL go unencrypted to a server without STARTTLS.',
  })
  @IsBoolean()
  SMTP_ALLOW_PLAINTEXT = false;

  @Variable('text', {
    group: 'Mail',
    readBy: 'worker',
    default: 'Steno <no-reply@localhost>',
    description: 'Sender of letters: an address, or a name with one in angle brackets. Mail servers want an address of yours.',
  })
  @Matches(/^([^<>"@\p{C}]+ <)?[^<>"@\s\p{C}]+@[^<>"@\s\p{C}]+>?$/u, {
    message: 'MAIL_FROM must be an address, or look like: Steno <no-reply@example.com>',
  })
  MAIL_FROM = 'Steno <no-reply@localhost>';
}
