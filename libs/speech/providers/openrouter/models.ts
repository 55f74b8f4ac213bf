import type { SpeechModel } from '../../speech-provider.js';

function whisper(id: string, microDollarsPerMinute: number): SpeechModel {
  return {
    id,
    // The formats differ by who serves the model; all take these.
    formats: ['flac', 'mp3', 'mp4', 'ogg', 'wav', 'webm'],
    // 25 MB of form; larger ones would have to be base64.
    maxBytes: 24_900_000,
    maxSeconds: 1800,
    preferredSeconds: 300,
    timestamps: 'word',
    diarization: false,
    languages: 'multilingual',
    price: { microDollarsPerMinute, source: `https://openrouter.ai/${id}`, date: '2026-05' },
  };
}

/** Models that OpenRouter has others serve; what a call cost stands in its answer, these prices are to reckon with before it. */
export const OPENROUTER_MODELS: readonly SpeechModel[] = [
  { ...whisper('openai/whisper-large-v3-turbo', 667), accuracy: 3 },
  whisper('openai/whisper-large-v3', 1850),
  { ...whisper('openai/whisper-1', 6000), accuracy: 3 },
];
