import type { ChunkTranscript } from '#database';
import type { SpeechResult } from '#speech';

/** What a provider heard, as it is kept. */
export function toChunkTranscript({ text, language, timestampSource, segments, words, warnings }: SpeechResult): ChunkTranscript {
  return {
    text,
    language: language ?? null,
    timestampSource,
    segments: segments.map(({ speaker, confidence, ...segment }) => ({
      ...segment,
      speaker: speaker ?? null,
      confidence: confidence ?? null,
    })),
    words: (words ?? []).map(({ confidence, ...word }) => ({ ...word, confidence: confidence ?? null })),
    warnings,
  };
}
