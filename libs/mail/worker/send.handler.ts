import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { Vault } from '#vault';
import type { Letter, LetterContent } from '../letter.js';
import { mailErrors } from '../mail.errors.js';
import { contentPlace, MailsRepository } from '../mails.repository.js';
import { Post } from './post.js';

/**
 * Sends a letter. A worker that dies after the mail server took it and before the commit has it sent once more, with the same
 * Message-ID: twice is better than never, and mail programs show one.
 */
@Injectable()
@OnJob('mail.send')
export class SendHandler implements JobHandler<'mail.send'> {
  constructor(
    private readonly mails: MailsRepository,
    private readonly vault: Vault,
    private readonly post: Post,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'mail.send'>): Promise<void> {
    const { subjectId } = job.facts;
    const letter = await job.read((tx) => this.open(tx, subjectId));
    await this.post.send(letter, job.signal);
    await job.commit((tx) => this.mails.markSent(tx, subjectId));
  }

  async giveUp(tx: WorkspaceTransaction, { subjectId }: JobFacts<'mail.send'>, failure: JobFailure): Promise<void> {
    await this.mails.markFailed(tx, subjectId, failure.detail);
    this.log.error('A letter was not sent and will not be', { mailId: subjectId, code: failure.code, detail: failure.detail });
  }

  private async open(tx: WorkspaceTransaction, id: string): Promise<Letter> {
    const mail = await this.mails.findWaiting(tx, id);
    if (mail === null) throw new FieldError(mailErrors.letter_not_found, 'The letter is gone, with its workspace.');
    const opened = await this.vault.open(tx, mail.workspaceId, contentPlace(id), mail.contentSealed);
    const { text, html } = JSON.parse(opened) as LetterContent;
    return { id, to: mail.recipient, subject: mail.subject, writtenAt: mail.createdAt, text, html };
  }
}
