export type { AudioFacts } from './audio-facts.js';
export { AUDIO_FORMATS, type AudioFormat } from './audio-format.js';
export { mediaErrors } from './media.errors.js';
export { MediaModule } from './media.module.js';
export { type CutRecording, MediaService } from './media.service.js';
export { type ProgramOutcome, type ProgramRun, ProgramRunner, type RunningProgram } from './program-runner.js';
export { HEAD_BYTES, recogniseAudio } from './recognise-audio.js';
export { type Chunk, type ChunkLimits, spaceForChunks } from './recording-cutter.js';
export type { Span } from './speech-map.js';
