export { AudioHttpModule } from './audio-http.module.js';
export { UPLOAD_ERRORS } from './audio.controller.js';
export { AudioDto, toAudio } from './dto/audio.dto.js';
export { readRecordingForm, type RecordingForm } from './recording-form.js';
