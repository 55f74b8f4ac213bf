import type { TranscriptionOptions } from '#database';
import type { SpeechPolicy } from '#speech';
import type { ChosenEngine } from './engine-choice.js';
import type { Priority } from './priorities.js';

/** What a caller may say about the work; the rest is the installation's choice. */
export interface TranscriptionWish {
  provider?: string;
  model?: string;
  /** By what an engine is chosen, in place of naming one. */
  policy?: SpeechPolicy;
  /** Engines in the order they are to be asked in, in place of a policy. */
  order?: string[];
  language?: string;
  prompt?: string;
  temperature?: number;
  diarize?: boolean;
  task?: 'transcribe' | 'translate';
  vocabulary?: string[];
  reuse?: boolean;
  /** `separate`: each channel is transcribed apart. Two tracks always are. */
  channels?: 'mixed' | 'separate';
  priority?: Priority;
  /** Whether another engine may do it while the chosen one cannot; not set: if nobody was named. */
  fallback?: boolean;
}

/** What is kept of a wish, for whoever does the work. @param channels who speaks on each that is transcribed apart; null when none is */
export function optionsOf(
  wish: TranscriptionWish,
  { choice: { provider, model }, preference }: ChosenEngine,
  channels: string[] | null,
): TranscriptionOptions {
  return {
    provider: provider.id,
    model: model.id,
    language: wish.language ?? null,
    prompt: wish.prompt ?? null,
    temperature: wish.temperature ?? null,
    diarize: wish.diarize ?? false,
    ...(wish.task === 'translate' ? { task: wish.task } : {}),
    ...(wish.vocabulary === undefined || wish.vocabulary.length === 0 ? {} : { vocabulary: wish.vocabulary }),
    ...(wish.reuse === false ? { reuse: false } : {}),
    ...((wish.fallback ?? (wish.provider === undefined && wish.model === undefined)) ? { fallback: true as const } : {}),
    ...preference,
    ...(channels === null ? {} : { channels }),
  };
}
