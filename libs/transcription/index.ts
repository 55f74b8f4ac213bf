export { type CallFigures, ProviderCalls, type RecentCall } from './provider-calls.js';
export { Attempts } from './attempts.repository.js';
export { failureReasons, transcriptionErrors } from './transcription.errors.js';
export { TranscriptionControl } from './transcription-control.service.js';
export { TranscriptionModule } from './transcription.module.js';
export { TranscriptionObjects } from './transcription-objects.js';
export { TranscriptionService, type TranscriptionWish } from './transcription.service.js';
