import { Injectable } from '@nestjs/common';
import { Database, type WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { JobOutbox } from '#queues';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { AccountsRepository } from '../accounts.repository.js';

/**
 * Removes an account for good when the time to come back is over, and owes the purge of its personal workspace, which may hold more
 * than one statement can delete. Can be killed anywhere and run again.
 */
@Injectable()
@OnJob('account.purge')
export class AccountPurgeHandler implements JobHandler<'account.purge'> {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly outbox: JobOutbox,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'account.purge'>): Promise<void> {
    const { subjectId: userId, workspaceId } = job.facts;
    const gone = await this.database.asSystem((tx) => this.accounts.remove(tx, userId));
    await job.commit(async (tx) => {
      if (gone) await this.outbox.add(tx, 'workspace.purge', { workspaceId, subjectId: workspaceId, payload: {} });
    });
    if (gone) this.log.info('Account removed for good', { userId });
  }

  giveUp(_tx: WorkspaceTransaction, { subjectId }: JobFacts<'account.purge'>, failure: JobFailure): Promise<void> {
    this.log.error('A deleted account could not be removed; it stays, shut, until somebody does it by hand', {
      userId: subjectId,
      code: failure.code,
    });
    return Promise.resolve();
  }
}
