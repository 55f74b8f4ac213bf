import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import type { WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { ObjectStore } from '#storage';
import { deleteBatch, tablesOfWorkspaces } from './rows-of-workspace.js';

/** By the lock nobody restores it any more once this has been seen: restoring asks for `purge_at > now()`. */
const IS_DUE = `
SELECT 1 FROM workspaces WHERE id = $1 AND deleted_at IS NOT NULL AND coalesce(purge_at, deleted_at) <= now() FOR NO KEY UPDATE`;

/**
 * Removes what a deleted workspace holds, for good: its objects, its rows in small batches, at last the workspace itself. What is gone
 * stays gone, so it can be stopped anywhere and begun again. The record of what was done stays.
 */
@Injectable()
@OnJob('workspace.purge')
export class PurgeHandler implements JobHandler<'workspace.purge'> {
  constructor(
    private readonly store: ObjectStore,
    private readonly audit: AuditLog,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'workspace.purge'>): Promise<void> {
    const { workspaceId } = job.facts;
    if (!(await job.write((tx) => isDue(tx)))) {
      // It was restored in time. Deleted anew, it has a job of its own.
      await job.commit(async () => {});
      return;
    }
    await this.store.deletePrefix(`workspaces/${workspaceId}/`);
    for (const table of await job.read(tablesOfWorkspaces)) {
      while (await job.write((tx) => deleteBatch(tx, table))) job.signal.throwIfAborted();
    }
    await job.commit(async (tx) => {
      await this.audit.record(tx, {
        workspaceId,
        actor: { kind: 'system' },
        action: 'workspace.purged',
        target: { kind: 'workspace', id: workspaceId },
      });
      // Takes its jobs with it, also this one.
      await tx.execute('DELETE FROM workspaces WHERE id = $1', [workspaceId]);
    });
    this.log.info('Workspace purged', { workspaceId });
  }

  giveUp(_tx: WorkspaceTransaction, { workspaceId }: JobFacts<'workspace.purge'>, failure: JobFailure): Promise<void> {
    this.log.error('A deleted workspace could not be purged; it stays until somebody does it by hand', {
      workspaceId,
      code: failure.code,
    });
    return Promise.resolve();
  }
}

async function isDue(tx: WorkspaceTransaction): Promise<boolean> {
  return (await tx.query(IS_DUE, [tx.workspaceId])).length > 0;
}
