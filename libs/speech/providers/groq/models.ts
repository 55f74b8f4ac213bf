import type { SpeechModel } from '../../speech-provider.js';

function whisper(id: string, microDollarsPerMinute: number): SpeechModel {
  return {
    id,
    formats: ['flac', 'mp3', 'mp4', 'mpeg', 'mpga', 'm4a', 'ogg', 'wav', 'webm'],
    // 25 MiB of attachment on the free tier, the form around it included.
    maxBytes: 26_148_864,
    // None published; a WAV chunk meets the byte limit at 817 s.
    maxSeconds: 1800,
    // An hour is ten parts.
    preferredSeconds: 360,
    timestamps: 'word',
    diarization: false,
    languages: 'multilingual',
    price: { microDollarsPerMinute, leastSeconds: 10, source: 'https://groq.com/pricing', date: '2026-08' },
  };
}

/** Groq's models: $0.04 and $0.111 an hour, ten seconds billed at least. */
export const GROQ_MODELS: readonly SpeechModel[] = [
  { ...whisper('whisper-large-v3-turbo', 667), accuracy: 3 },
  // The turbo model was not trained to translate.
  { ...whisper('whisper-large-v3', 1850), translation: true },
];
