import { BullModule } from '@nestjs/bullmq';
import { Global, Module } from '@nestjs/common';
import { Config } from '#config';
import { Feeder } from './feeder.js';
import { JOB_NAMES } from './job-catalogue.js';
import { JobOutbox } from './job-outbox.js';
import { JobQueues } from './job-queues.js';
import { OutboxRelay } from './outbox-relay.js';
import { queueConnection } from './queue-backend.js';
import { QueueControl } from './queue-control.js';
import { QueueFigures } from './queue-figures.js';
import { QueueStatus } from './queue-status.js';

/** The sending side: owing jobs and ringing the queue. Both apps have it; consuming is `#queues/worker`. */
@Global()
@Module({
  imports: [
    BullModule.forRootAsync({
      inject: [Config],
      useFactory: (config: Config) => ({ connection: queueConnection(config, 'ring'), prefix: config.queue.prefix }),
    }),
    BullModule.registerQueue(...JOB_NAMES.map((name) => ({ name }))),
  ],
  providers: [JobQueues, Feeder, OutboxRelay, JobOutbox, QueueStatus, QueueControl, QueueFigures],
  exports: [JobQueues, JobOutbox, OutboxRelay, QueueStatus, QueueControl],
})
export class QueuesModule {}
