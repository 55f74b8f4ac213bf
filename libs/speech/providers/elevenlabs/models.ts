import type { SpeechModel } from '../../speech-provider.js';

const SCRIBE: Omit<SpeechModel, 'id' | 'price'> = {
  formats: ['wav', 'mp3', 'm4a', 'mp4', 'ogg', 'opus', 'flac', 'aac', 'webm'],
  // Files of 5 GB are taken; 64 MB keeps one upload short.
  maxBytes: 64_000_000,
  maxSeconds: 1800,
  // From eight minutes on it cuts by itself, and each piece counts as a request of its own.
  preferredSeconds: 300,
  timestamps: 'word',
  diarization: true,
  accuracy: 1,
  languages: 'multilingual',
};

/** ElevenLabs' models. What an hour costs depends on the plan: $0.40 with the smallest that has the API, $0.22 with the largest. */
export const ELEVENLABS_MODELS: readonly SpeechModel[] = [
  {
    ...SCRIBE,
    id: 'scribe_v2',
    // Resellers disagree, and no page of ElevenLabs that names a price was found.
    price: { microDollarsPerMinute: null, source: 'https://elevenlabs.io/pricing/api', date: '2026-11-21' },
  },
  {
    ...SCRIBE,
    id: 'scribe_v1',
    price: { microDollarsPerMinute: 6667, source: 'https://elevenlabs.io/docs/capabilities/speech-to-text', date: '2025-04' },
  },
];
