export { audioErrors } from './audio.errors.js';
export { AudioObjects } from './audio-objects.js';
export { AudioModule } from './audio.module.js';
export {
  AudioService,
  displayName,
  type ExaminedRecording,
  type IncomingRecording,
  type LandedRecording,
  recordingPrefix,
  type RowTransaction,
  type Uploader,
} from './audio.service.js';
export { formatOf, soundBytesOf } from './recorded-file.js';
export { alignmentOf, SecondTracksService } from './second-tracks.service.js';
