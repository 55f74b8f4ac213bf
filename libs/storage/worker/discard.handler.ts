import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { ObjectStore } from '../object-store.js';

/** Deletes what a row left in the store: the row goes first, in a transaction, and the objects surely follow. */
@Injectable()
@OnJob('storage.discard')
export class DiscardHandler implements JobHandler<'storage.discard'> {
  constructor(
    private readonly store: ObjectStore,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'storage.discard'>): Promise<void> {
    await this.store.deletePrefix(job.facts.payload.prefix);
    await job.commit(async () => {});
  }

  giveUp(_tx: WorkspaceTransaction, { payload }: JobFacts<'storage.discard'>, failure: JobFailure): Promise<void> {
    this.log.error('Objects could not be deleted; they stay until somebody does it by hand', {
      prefix: payload.prefix,
      code: failure.code,
    });
    return Promise.resolve();
  }
}
