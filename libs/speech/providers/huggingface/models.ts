import type { SpeechModel } from '../../speech-provider.js';

function whisper(id: string): SpeechModel {
  return {
    id,
    formats: ['flac', 'wav', 'mp3', 'm4a', 'ogg', 'webm'],
    // No limit is published; 20 MB of JSON hold this much sound as base64, and as much of it in memory.
    maxBytes: 14_900_000,
    maxSeconds: 465,
    // What a model thinks about for long is cut off by the gateway before it.
    preferredSeconds: 120,
    timestamps: 'segment',
    diarization: false,
    languages: 'multilingual',
    // Seconds of the machine are billed, not of the sound.
    price: {
      microDollarsPerMinute: null,
      source: 'https://huggingface.co/docs/inference-providers/pricing',
      date: '2026-11-21',
    },
  };
}

/** Whisper at Hugging Face's own inference; others of its models by SPEECH_MODELS_FILE. */
export const HUGGINGFACE_MODELS: readonly SpeechModel[] = [
  { ...whisper('openai/whisper-large-v3-turbo'), accuracy: 3 },
  whisper('openai/whisper-large-v3'),
];
