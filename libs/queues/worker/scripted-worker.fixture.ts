import { Injectable, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Config, ConfigModule } from '#config';
import { DatabaseModule, type WorkspaceTransaction } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { JOB_NAMES, type JobName } from '../job-catalogue.js';
import { QueuesModule } from '../queues.module.js';
import type { ClaimedJob, JobFacts } from './claimed-job.js';
import type { JobFailure } from './job-failure.js';
import { type JobHandler, OnJob } from './job-handler.js';
import { QueuesWorkerModule } from './queues-worker.module.js';

/** What the handlers of a test do; changed from test to test. */
@Injectable()
export class Script {
  run: (job: ClaimedJob<JobName>) => Promise<void> = (job) => job.commit(() => Promise.resolve());
  giveUp: (tx: WorkspaceTransaction, job: JobFacts<JobName>, failure: JobFailure) => Promise<void> = () => Promise.resolve();
}

/** A handler that does what the script says. */
export function scriptedHandler(name: JobName): Type<JobHandler<JobName>> {
  @Injectable()
  @OnJob(name)
  class ScriptedHandler implements JobHandler<JobName> {
    constructor(private readonly script: Script) {}

    run(job: ClaimedJob<JobName>): Promise<void> {
      return this.script.run(job);
    }

    giveUp(tx: WorkspaceTransaction, job: JobFacts<JobName>, failure: JobFailure): Promise<void> {
      return this.script.giveUp(tx, job, failure);
    }
  }
  return ScriptedHandler;
}

function ground(config: Config, logged: Record<string, unknown>[]) {
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const log = new Log({ app: 'test', level: 'info', destination: { write } });
  return [ConfigModule.with(config), ObservabilityModule.with(log), DatabaseModule.as('steno-test'), QueuesModule];
}

/** A process that owes and rings jobs and takes none, as the API is. */
export async function startSender(config: Config): Promise<TestingModule> {
  const app = await Test.createTestingModule({ imports: ground(config, []) }).compile();
  return app.init();
}

/**
 * A worker whose handlers follow its `Script`.
 * @param logged gets its log, line by line
 */
export async function startWorker(config: Config, logged: Record<string, unknown>[] = []): Promise<TestingModule> {
  const app = await Test.createTestingModule({
    imports: [...ground(config, logged), QueuesWorkerModule],
    providers: [Script, ...JOB_NAMES.map(scriptedHandler)],
  }).compile();
  try {
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}
