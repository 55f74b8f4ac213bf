export { MailWorkerModule, postOf } from './mail-worker.module.js';
export { SendHandler } from './send.handler.js';
