import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Transaction } from '#database';
import { JobOutbox } from '#queues';
import { Vault } from '#vault';
import { checkedRecipient, cleanSubject, composeContent, type NewLetter } from './letter.js';
import { contentPlace, MailsRepository } from './mails.repository.js';

/** The only way to send mail: a letter is written in the transaction that makes it necessary, and a worker sends it after the commit. */
@Injectable()
export class MailOutbox {
  constructor(
    private readonly mails: MailsRepository,
    private readonly vault: Vault,
    private readonly outbox: JobOutbox,
  ) {}

  /**
   * Owes a letter. What it says is sealed until it is sent.
   * @param tx of the letter's workspace, or of the system
   * @returns the letter's id
   * @throws FieldError recipient_invalid
   */
  async add(tx: Transaction, letter: NewLetter): Promise<string> {
    const { workspaceId } = letter;
    const id = uuidv7();
    const recipient = checkedRecipient(letter.to);
    const content = JSON.stringify(composeContent(letter));
    const contentSealed = await this.vault.seal(tx, workspaceId, contentPlace(id), content);
    await this.mails.insert(tx, { id, workspaceId, recipient, subject: cleanSubject(letter.subject), contentSealed });
    await this.outbox.add(tx, 'mail.send', { workspaceId, subjectId: id, payload: {} });
    return id;
  }
}
