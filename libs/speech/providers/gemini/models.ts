import type { SpeechModel } from '../../speech-provider.js';

function gemini(id: string, microDollarsPerMinute: number): SpeechModel {
  return {
    id,
    formats: ['wav', 'mp3', 'aiff', 'aac', 'ogg', 'flac'],
    // Beyond 20 MB of request the Files API takes it; 64 MB keeps one upload short.
    maxBytes: 64_000_000,
    // Nine hours of audio are taken, but the transcript has to fit into 65 536 tokens of output.
    maxSeconds: 1800,
    preferredSeconds: 300,
    timestamps: 'segment',
    diarization: true,
    translation: true,
    languages: 'multilingual',
    price: { microDollarsPerMinute, source: 'https://ai.google.dev/gemini-api/docs/pricing', date: '2026-07-24' },
  };
}

/** Gemini's models. Audio is 1920 tokens a minute, a transcript of fast speech with its times about 500. */
export const GEMINI_MODELS: readonly SpeechModel[] = [
  gemini('gemini-2.5-flash', 3170),
  { ...gemini('gemini-2.5-flash-lite', 776), accuracy: 3 },
  { ...gemini('gemini-2.5-pro', 7400), accuracy: 1 },
];
