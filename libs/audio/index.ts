export { audioErrors } from './audio.errors.js';
export { AudioObjects } from './audio-objects.js';
export { AudioModule } from './audio.module.js';
export { AudioService, type IncomingRecording, type Uploader } from './audio.service.js';
