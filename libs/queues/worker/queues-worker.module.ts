import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Canary } from './canary.js';
import { HandlerRegistry } from './handler-registry.js';
import { JobConsumer } from './job-consumer.js';
import { JobFigures } from './job-figures.js';
import { JobLeases } from './job-leases.js';
import { JobRunner } from './job-runner.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Reconciler } from './reconciler.js';
import { WorkerIdentity } from './worker-identity.js';
import { WorkerRestart } from './worker-restart.js';

/** The taking side: importing this module is what makes a process a worker. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    WorkerIdentity,
    HandlerRegistry,
    JobLeases,
    LeaseKeeper,
    JobFigures,
    JobRunner,
    JobConsumer,
    Canary,
    Reconciler,
    WorkerRestart,
  ],
  exports: [Canary, JobRunner, Reconciler],
})
export class QueuesWorkerModule {}
