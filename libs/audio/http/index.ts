export { AudioHttpModule } from './audio-http.module.js';
export { UPLOAD_ERRORS } from './audio.controller.js';
export { readRecordingForm, type RecordingForm } from './recording-form.js';
