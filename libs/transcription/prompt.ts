import type { TranscriptionOptions } from '#database';

/** What a model is told to expect: the caller's prompt, then the vocabulary, because Whisper heeds the last 224 tokens only. */
export function promptOf({ prompt, vocabulary = [] }: Pick<TranscriptionOptions, 'prompt' | 'vocabulary'>): string | undefined {
  const parts = [prompt?.trim() ?? '', vocabulary.join(', ')].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('\n');
}
