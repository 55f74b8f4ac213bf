import type { Config } from '#config';
import type { SpeechProvider } from '../speech-provider.js';
import { GeminiSpeech } from './gemini/gemini.adapter.js';
import { GroqSpeech } from './groq/groq.adapter.js';
import { findEngines } from './local/find-engines.js';
import { LocalSpeech } from './local/local.adapter.js';
import { OpenAiSpeech } from './openai/openai.adapter.js';

/**
 * The providers that can work with what is configured: those with a key, and what this machine has.
 * @param speech the speech part of the configuration
 */
export function configuredProviders({ openai, groq, gemini, local, timeoutSeconds }: Config['speech']): SpeechProvider[] {
  const engines = findEngines(local);
  return [
    openai.apiKey === undefined ? [] : new OpenAiSpeech(openai.apiKey, openai, timeoutSeconds),
    groq.apiKey === undefined ? [] : new GroqSpeech(groq.apiKey, groq, timeoutSeconds),
    gemini.apiKey === undefined ? [] : new GeminiSpeech(gemini.apiKey, gemini, timeoutSeconds),
    engines.length === 0 ? [] : new LocalSpeech(engines, timeoutSeconds),
  ].flat();
}
