import type { Config } from '#config';
import type { SpeechProvider } from '../speech-provider.js';
import { GeminiSpeech } from './gemini/gemini.adapter.js';
import { GroqSpeech } from './groq/groq.adapter.js';
import { findEngines } from './local/find-engines.js';
import { LocalSpeech } from './local/local.adapter.js';
import { OpenAiSpeech } from './openai/openai.adapter.js';

/**
 * Every provider that can work here: those with the installation's key or, for workspaces that bring their own, without; and what
 * this machine has.
 * @param speech the speech part of the configuration
 */
export function speechProviders({ openai, groq, gemini, local, timeoutSeconds }: Config['speech']): SpeechProvider[] {
  const engines = findEngines(local);
  return [
    new OpenAiSpeech(openai.apiKey, openai, timeoutSeconds),
    new GroqSpeech(groq.apiKey, groq, timeoutSeconds),
    new GeminiSpeech(gemini.apiKey, gemini, timeoutSeconds),
    ...(engines.length === 0 ? [] : [new LocalSpeech(engines, timeoutSeconds)]),
  ];
}
