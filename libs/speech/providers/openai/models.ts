import type { SpeechModel } from '../../speech-provider.js';

/** The whole multipart body may have 25 MiB; the largest file reported to pass has this many bytes. */
const MAX_BYTES = 26_148_864;
/** Refused beyond it ("longer than 1400 seconds which is the maximum for this model"), whatever the chunking strategy. */
const GPT_MAX_SECONDS = 1400;
const FORMATS = ['flac', 'mp3', 'mp4', 'mpeg', 'mpga', 'm4a', 'ogg', 'wav', 'webm'];
/** Six minutes: an hour is ten parts, a failed one costs little, and each is 11.5 MB. */
const PREFERRED_SECONDS = 360;
/**
 * The gpt models give no times: text that they lose can only be told by how much is left for so much speech. In chunks as long as the
 * utterances such models are measured by, 5 s that are missing show; and the chunks' own times are near enough for captions.
 */
const UNTIMED_SECONDS = 12;
/** The one that tells speakers apart needs more to know them by. It writes 2000 tokens at most; three minutes of fast speech stay below. */
const DIARIZED_SECONDS = 180;

function price(microDollarsPerMinute: number): SpeechModel['price'] {
  return { microDollarsPerMinute, source: 'https://platform.openai.com/docs/pricing', date: '2026-09-13' };
}

function gptModel(id: string, microDollarsPerMinute: number): SpeechModel {
  return {
    id,
    formats: FORMATS,
    maxBytes: MAX_BYTES,
    maxSeconds: GPT_MAX_SECONDS,
    preferredSeconds: UNTIMED_SECONDS,
    timestamps: 'none',
    diarization: false,
    languages: 'multilingual',
    price: price(microDollarsPerMinute),
  };
}

/**
 * A Whisper behind OpenAI's API.
 * @param id the model's name at the server
 */
function whisper(id: string, cost: SpeechModel['price']): SpeechModel {
  return {
    id,
    formats: FORMATS,
    maxBytes: MAX_BYTES,
    // No cap is published; half an hour is known to pass.
    maxSeconds: 1800,
    preferredSeconds: PREFERRED_SECONDS,
    timestamps: 'word',
    diarization: false,
    translation: true,
    languages: 'multilingual',
    price: cost,
  };
}

/** OpenAI's models (its OpenAPI document 2.3.0, 2026-08-21); whisper-1 first, because it alone gives word times. */
export const OPENAI_MODELS: readonly SpeechModel[] = [
  // Whisper's large-v2.
  { ...whisper('whisper-1', price(6000)), accuracy: 3 },
  { ...gptModel('gpt-transcribe', 4500), accuracy: 1 },
  { ...gptModel('gpt-4o-transcribe', 6000), logProbabilities: true, accuracy: 1 },
  { ...gptModel('gpt-4o-mini-transcribe', 3000), logProbabilities: true },
  {
    ...gptModel('gpt-4o-transcribe-diarize', 6000),
    timestamps: 'segment',
    diarization: true,
    accuracy: 1,
    preferredSeconds: DIARIZED_SECONDS,
  },
];

/**
 * OpenAI's models, or those of another server with the same API (whisper.cpp's, speaches, vLLM).
 * @param ids their names there; not set: it is OpenAI
 */
export function openAiModels(ids: readonly string[] | undefined): readonly SpeechModel[] {
  const price = { microDollarsPerMinute: null, source: 'your own server', date: '2026-09-13' };
  return ids?.map((id) => whisper(id, price)) ?? OPENAI_MODELS;
}
