import { getQueueToken } from '@nestjs/bullmq';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { JobsOptions, Queue } from 'bullmq';
import { Config } from '#config';
import { messageOf } from '#errors';
import { Log } from '#observability';
import type { Bell } from './bell.js';
import { JOB_NAMES, type JobName } from './job-catalogue.js';
import { checkRedis } from './queue-backend.js';

/** A queue that does not answer within this time is treated as away; the rows wait. */
const RING_TIMEOUT_MS = 5_000;

/** The BullMQ queues, one a job name, so that a worker can be told which jobs to take. */
@Injectable()
export class JobQueues implements OnModuleInit, OnApplicationShutdown {
  private readonly queues = new Map<JobName, Queue<Bell>>();

  constructor(
    private readonly modules: ModuleRef,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.queue.redisUrl !== undefined) await checkRedis(this.config.queue.redisUrl, this.log);
    for (const name of JOB_NAMES) {
      const queue = this.modules.get<Queue<Bell>>(getQueueToken(name), { strict: false });
      queue.on('error', (error) => this.log.warn('The queue server has a problem', { queue: name, error }));
      this.queues.set(name, queue);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
  }

  /**
   * Adds bells to the queue of a job name. Adding one that waits already changes nothing.
   * @throws Error when the queue server does not answer in time
   */
  async ring(name: JobName, bells: { data: Bell; opts: JobsOptions }[]): Promise<void> {
    const queue = this.queues.get(name);
    if (queue === undefined) throw new Error(`There is no queue for ${name}.`);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The queue server did not answer within ${RING_TIMEOUT_MS / 1000} s.`)),
        RING_TIMEOUT_MS,
      );
    });
    try {
      await Promise.race([queue.addBulk(bells.map((bell) => ({ name, ...bell }))), timeout]);
    } catch (error) {
      // Its own words, or the failure of the queue's connection would be taken for one of the database's.
      throw new Error(`The queue server took no bells: ${messageOf(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
