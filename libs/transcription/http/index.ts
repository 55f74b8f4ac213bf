export { TranscriptionHttpModule } from './transcription-http.module.js';
