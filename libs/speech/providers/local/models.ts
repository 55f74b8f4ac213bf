import type { SpeechModel } from '../../speech-provider.js';

/** An hour of WAV; the engines themselves know no bound. */
const LIMITS = { formats: ['wav'], maxBytes: 115_200_044, maxSeconds: 3600 } as const;
const FREE = { microDollarsPerMinute: 0, source: 'your own machine', date: '2026-09-13' } as const;

/**
 * Pocketsphinx with its en-us model: half of the words of real speech are wrong.
 * @param parallel how many chunks at once
 */
export function pocketsphinxModel(parallel: number): SpeechModel {
  return {
    ...LIMITS,
    id: 'pocketsphinx',
    preferredSeconds: 20,
    timestamps: 'word',
    diarization: false,
    languages: ['en'],
    lowAccuracy: true,
    accuracy: 3,
    parallel,
    price: FREE,
  };
}

/**
 * A whisper.cpp model file.
 * @param name as whisper.cpp calls it: `base`, `small.en`; only those without `.en` are multilingual
 */
export function whisperModel(name: string, parallel: number): SpeechModel {
  return {
    ...LIMITS,
    id: `whisper-${name}`,
    // Whisper pads everything to windows of 30 s: a little less fills one.
    preferredSeconds: 28,
    timestamps: 'word',
    diarization: false,
    ...(/^large(?!.*turbo)/.test(name) ? {} : { accuracy: 3 as const }),
    languages: /\.en\b/.test(name) ? ['en'] : 'multilingual',
    // The turbo models were not trained to translate.
    ...(/\.en\b|turbo/.test(name) ? {} : { translation: true }),
    parallel,
    price: FREE,
  };
}
