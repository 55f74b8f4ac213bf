export { AudioWorkerModule } from './audio-worker.module.js';
