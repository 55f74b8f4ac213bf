import type { Config } from '#config';
import { readCorrections } from '../models-file.js';
import type { SpeechProvider } from '../speech-provider.js';
import { ElevenLabsSpeech } from './elevenlabs/elevenlabs.adapter.js';
import { ELEVENLABS_MODELS } from './elevenlabs/models.js';
import { GeminiSpeech } from './gemini/gemini.adapter.js';
import { GEMINI_MODELS } from './gemini/models.js';
import { GroqSpeech } from './groq/groq.adapter.js';
import { GROQ_MODELS } from './groq/models.js';
import { HuggingFaceSpeech } from './huggingface/huggingface.adapter.js';
import { HUGGINGFACE_MODELS } from './huggingface/models.js';
import { findEngines } from './local/find-engines.js';
import { LocalSpeech } from './local/local.adapter.js';
import { openAiModels } from './openai/models.js';
import { OpenAiSpeech } from './openai/openai.adapter.js';
import { OpenRouterSpeech } from './openrouter/openrouter.adapter.js';
import { OPENROUTER_MODELS } from './openrouter/models.js';

/**
 * Every provider that can work here: those with the installation's key or, for workspaces that bring their own, without; and what
 * this machine has.
 * @param speech the speech part of the configuration
 * @throws ConfigError when SPEECH_MODELS_FILE is wrong
 */
export function speechProviders(speech: Config['speech']): SpeechProvider[] {
  const { openai, groq, gemini, elevenlabs, openrouter, huggingface, timeoutSeconds } = speech;
  const correct = readCorrections(speech.modelsFile);
  const engines = findEngines(speech.local);
  const local = new LocalSpeech(
    engines,
    timeoutSeconds,
    correct(
      'local',
      engines.map(({ model }) => model),
    ),
  );
  return [
    new OpenAiSpeech(openai.apiKey, openai, timeoutSeconds, correct('openai', openAiModels(openai.models))),
    new GroqSpeech(groq.apiKey, groq, timeoutSeconds, correct('groq', GROQ_MODELS)),
    new GeminiSpeech(gemini.apiKey, gemini, timeoutSeconds, correct('gemini', GEMINI_MODELS)),
    new ElevenLabsSpeech(elevenlabs.apiKey, elevenlabs, timeoutSeconds, correct('elevenlabs', ELEVENLABS_MODELS)),
    new OpenRouterSpeech(openrouter.apiKey, openrouter, timeoutSeconds, correct('openrouter', OPENROUTER_MODELS)),
    new HuggingFaceSpeech(huggingface.apiKey, huggingface, timeoutSeconds, correct('huggingface', HUGGINGFACE_MODELS)),
    ...(engines.length === 0 ? [] : [local]),
  ];
}
