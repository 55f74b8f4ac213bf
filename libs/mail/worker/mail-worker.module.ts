import { Module } from '@nestjs/common';
import { Config } from '#config';
import { DiskPost } from './disk-post.js';
import { LetterSweep } from './letter-sweep.js';
import { Post } from './post.js';
import { SendHandler } from './send.handler.js';
import { SmtpPost, smtpOptions } from './smtp-post.js';

/** The one place that knows how letters leave this installation. */
export function postOf({ mail }: Config): Post {
  return mail.smtp === undefined ? new DiskPost(mail.from, mail.directory) : new SmtpPost(mail.from, smtpOptions(mail.smtp));
}

/** Sends the letters; wants the `MailModule` beside it. */
@Module({ providers: [{ provide: Post, inject: [Config], useFactory: postOf }, SendHandler, LetterSweep] })
export class MailWorkerModule {}
