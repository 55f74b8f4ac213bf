export { audioErrors } from './audio.errors.js';
export { AudioModule } from './audio.module.js';
export { AudioService, type IncomingRecording, type Uploader } from './audio.service.js';
