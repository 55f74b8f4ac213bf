import { FieldError } from '#errors';
import type { SpeechChoice } from '#speech';
import { openAiErrors } from './openai-compat.errors.js';

export const TRANSCRIPTION_FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const;
export const TRANSLATION_FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt'] as const;
export type AnswerFormat = (typeof TRANSCRIPTION_FORMATS)[number];

/** What a request asks for. */
export interface SpeechOrder {
  /** As the request names it. */
  model: string;
  format: AnswerFormat;
  /** ISO-639-1. */
  language?: string;
  prompt?: string;
  temperature?: number;
  translate: boolean;
  diarize: boolean;
  /** Times that the answer is to have besides what its format always has. */
  granularities: ReadonlySet<'word' | 'segment'>;
  /** Whether the answer is to say how sure the engine is of each token. */
  logProbabilities: boolean;
  stream: boolean;
}

const TIMED = new Set<AnswerFormat>(['srt', 'vtt', 'verbose_json']);

/** What an engine cannot do of an order, as OpenAI refuses it; null when it can do it all. */
export function inability(
  { format, granularities, logProbabilities }: SpeechOrder,
  { provider, model }: SpeechChoice,
): FieldError | null {
  const who = `${model.id} of ${provider.id}`;
  if (TIMED.has(format) && model.timestamps === 'none')
    return unsupported(
      'response_format',
      `response_format '${format}' needs times, and ${who} gives none. Use 'json' or 'text', or another model.`,
    );
  if (granularities.has('word') && model.timestamps !== 'word')
    return unsupported(
      'timestamp_granularities',
      `${who} gives no times of words. Leave out timestamp_granularities 'word', or use another model.`,
    );
  if (logProbabilities && model.logProbabilities !== true)
    return unsupported('include', `include 'logprobs' is nothing that ${who} gives. Leave it out, or ask gpt-4o-transcribe.`);
  return null;
}

/** @param detail a sentence that says what to do */
export function unsupported(path: string, detail: string): FieldError {
  return new FieldError(openAiErrors.unsupported_value, detail, {
    violations: [{ path, message: detail, code: 'unsupported_value' }],
  });
}
