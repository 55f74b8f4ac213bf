import { Injectable } from '@nestjs/common';
import { Database, type WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { ObjectStore } from '#storage';
import { AccountsRepository } from '../accounts.repository.js';

/** Removes an account for good when the time to come back is over. Can be killed anywhere and run again. */
@Injectable()
@OnJob('account.purge')
export class AccountPurgeHandler implements JobHandler<'account.purge'> {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly store: ObjectStore,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'account.purge'>): Promise<void> {
    const { subjectId: userId, workspaceId } = job.facts;
    const gone = await this.database.asSystem((tx) => this.accounts.remove(tx, userId));
    if (!gone) return job.commit(async () => {});
    await this.purgePersonalWorkspace(job, workspaceId);
    this.log.info('Account removed for good', { userId });
  }

  giveUp(_tx: WorkspaceTransaction, { subjectId }: JobFacts<'account.purge'>, failure: JobFailure): Promise<void> {
    this.log.error('A deleted account could not be removed; it stays, shut, until somebody does it by hand', {
      userId: subjectId,
      code: failure.code,
    });
    return Promise.resolve();
  }

  /** The objects first: once the rows are gone nobody knows of them. The workspace's row takes all others with it, this job's too. */
  private async purgePersonalWorkspace(job: ClaimedJob<'account.purge'>, workspaceId: string): Promise<void> {
    await this.store.deletePrefix(`workspaces/${workspaceId}/`);
    await job.commit(async (tx) => {
      await tx.execute(`DELETE FROM workspaces WHERE id = $1 AND kind = 'personal' AND deleted_at IS NOT NULL`, [workspaceId]);
    });
  }
}
