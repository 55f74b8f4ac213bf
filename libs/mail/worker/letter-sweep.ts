import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { MailsRepository } from '../mails.repository.js';

/** Long enough to look back at what was sent. */
const KEPT_DAYS = 30;

/** Removes the rows of letters that were sent or given up 30 days ago: whom they went to is nobody's business for ever. */
@Injectable()
export class LetterSweep extends RegularSweep {
  constructor(
    private readonly database: Database,
    log: Log,
    private readonly mails: MailsRepository,
  ) {
    super(log);
  }

  protected async remove(): Promise<Record<string, number>> {
    return this.database.asSystem(async (tx) => ({ letters: await this.mails.sweep(tx, KEPT_DAYS) }));
  }
}
