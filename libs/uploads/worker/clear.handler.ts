import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { ObjectStore } from '#storage';

/** Removes what lies in the store of an upload that came to nothing: its parts, and what was made of them. */
@Injectable()
@OnJob('uploads.clear')
export class ClearHandler implements JobHandler<'uploads.clear'> {
  constructor(
    private readonly store: ObjectStore,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'uploads.clear'>): Promise<void> {
    const { objectKey, storeUploadId } = job.facts.payload;
    if (storeUploadId !== null) await this.store.abortParts(objectKey, storeUploadId);
    await this.store.deletePrefix(objectKey.slice(0, objectKey.lastIndexOf('/') + 1));
    await job.commit(async () => {});
  }

  giveUp(_tx: WorkspaceTransaction, { payload }: JobFacts<'uploads.clear'>, failure: JobFailure): Promise<void> {
    this.log.error('What came of an upload could not be removed; the sweep of unfinished uploads takes its parts in two days', {
      objectKey: payload.objectKey,
      code: failure.code,
    });
    return Promise.resolve();
  }
}
