import type { SpeechRequest, SpeechResult } from '../speech-provider.js';

/** The transcript of a model that takes no prompt, with a warning when there was one. */
export function withoutPrompt(result: SpeechResult, { model, prompt }: SpeechRequest): SpeechResult {
  if (prompt === undefined) return result;
  return { ...result, warnings: [...result.warnings, `prompt_ignored: ${model} takes no prompt.`] };
}
