import { Injectable, type Type } from '@nestjs/common';
import type { JobName } from '#queues';
import { type JobHandler, OnJob } from '#queues/worker';

/** For a job of another room: a worker has a handler for each, and none of these comes. */
export function noHandler(name: JobName): Type<JobHandler<JobName>> {
  @Injectable()
  @OnJob(name)
  class NoHandler implements JobHandler<JobName> {
    run(): Promise<void> {
      return Promise.reject(new Error(`${name} is of no concern here.`));
    }

    giveUp(): Promise<void> {
      return Promise.resolve();
    }
  }
  return NoHandler;
}
