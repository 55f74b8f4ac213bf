export { TranscriptionWorkerModule } from './transcription-worker.module.js';
