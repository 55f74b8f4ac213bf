export { type Behaviour, type Mode, MODES, spokenTranscript, type SpokenTranscript } from './behaviour.js';
export { DOUBLE_KEY, type RecordedCall, type SpeechDouble } from './double-server.js';
export { startElevenLabsDouble } from './elevenlabs-double.js';
export { writeEmptyWhisperModel } from './empty-whisper-model.js';
export { startGeminiDouble } from './gemini-double.js';
export { startHuggingFaceDouble } from './huggingface-double.js';
export { startGroqDouble, startOpenAiDouble } from './openai-double.js';
export { type LocalDouble, makeLocalDouble } from './local-double.js';
export { startOpenRouterDouble } from './openrouter-double.js';
