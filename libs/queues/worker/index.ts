export { Canary } from './canary.js';
export { ClaimedJob, type JobFacts, LeaseLostError } from './claimed-job.js';
export { RegularSweep } from './regular-sweep.js';
export { classifyFailure, type JobFailure, judgeFailure } from './job-failure.js';
export { type JobHandler, OnJob } from './job-handler.js';
export { QueuesWorkerModule } from './queues-worker.module.js';
export { Reconciler } from './reconciler.js';
