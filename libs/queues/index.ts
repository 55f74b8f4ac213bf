export type { Bell } from './bell.js';
export { bellOptions, canaryOptions } from './bell.js';
export {
  isJobName,
  JOB_NAMES,
  JOB_SETTINGS,
  type JobCatalogue,
  type JobName,
  type JobSettings,
  type JsonObject,
  type JsonValue,
} from './job-catalogue.js';
export { JobOutbox, type NewJob } from './job-outbox.js';
export { JobQueues } from './job-queues.js';
export { OWN_FAULTS } from './own-faults.js';
export { OutboxRelay } from './outbox-relay.js';
export { migrateQueues, queueConnection } from './queue-backend.js';
export { QueueControl } from './queue-control.js';
export { type FailedTries, type QueueReport, QueueStatus } from './queue-status.js';
export { QueuesModule } from './queues.module.js';
