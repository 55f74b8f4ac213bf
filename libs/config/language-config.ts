import type { Environment } from './environment.js';
import { keysIn } from './vendor-keys.js';

/** Where a provider is, and the installation's key of it. */
interface Reached {
  apiKey?: string;
  baseUrl: string;
}

export interface LanguageConfig {
  provider?: string;
  model?: string;
  modelsFile?: string;
  timeoutSeconds: number;
  idleSeconds: number;
  /** `isOpenAi` is false when the address is that of another server with the same API, whose models are others. */
  openai: Reached & { isOpenAi: boolean };
  groq: Reached;
  gemini: Reached;
  openrouter: Reached;
  deepseek: Reached;
  huggingface: Reached;
}

/** What the configuration says about models that write text. */
export function languageOf(env: Environment): LanguageConfig {
  return {
    provider: env.LANGUAGE_PROVIDER,
    model: env.LANGUAGE_MODEL,
    modelsFile: env.LANGUAGE_MODELS_FILE,
    timeoutSeconds: env.LANGUAGE_TIMEOUT_SECONDS,
    idleSeconds: env.LANGUAGE_IDLE_SECONDS,
    openai: { apiKey: firstKey(env.OPENAI_API_KEY), baseUrl: env.OPENAI_BASE_URL, isOpenAi: env.OPENAI_MODELS === undefined },
    groq: { apiKey: firstKey(env.GROQ_API_KEY), baseUrl: env.GROQ_BASE_URL },
    gemini: { apiKey: firstKey(env.GEMINI_API_KEY), baseUrl: env.GEMINI_BASE_URL },
    openrouter: { apiKey: firstKey(env.OPENROUTER_API_KEY), baseUrl: env.OPENROUTER_BASE_URL },
    deepseek: { apiKey: firstKey(env.DEEPSEEK_API_KEY), baseUrl: env.DEEPSEEK_BASE_URL },
    huggingface: { apiKey: firstKey(env.HUGGINGFACE_API_KEY), baseUrl: env.HUGGINGFACE_ROUTER_URL },
  };
}

/** A variable may hold several: what the adapters are asked with when a call names none. */
function firstKey(keys: string | undefined): string | undefined {
  return keysIn(keys)[0];
}
