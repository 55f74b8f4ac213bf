import { Global, Module } from '@nestjs/common';
import { MailOutbox } from './mail-outbox.js';
import { MailsRepository } from './mails.repository.js';

/** The outgoing mail, for every room that writes letters. */
@Global()
@Module({ providers: [MailsRepository, MailOutbox], exports: [MailsRepository, MailOutbox] })
export class MailModule {}
