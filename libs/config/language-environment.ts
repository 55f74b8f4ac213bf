import { IsIn, IsInt, IsOptional, IsString, IsUrl, Min } from 'class-validator';
import { FederationEnvironment } from './federation-environment.js';
import { HTTP_URL } from './server-environment.js';
import { Variable } from './variable.js';

const PROVIDERS = ['openai', 'groq', 'gemini', 'openrouter', 'deepseek', 'huggingface'];

/** Models that write text. Keys and addresses that speech needs as well stand there. */
export class LanguageEnvironment extends FederationEnvironment {
  @Variable('text', {
    group: 'Language models',
    readBy: 'both',
    description: `Provider of language models when nothing names one: ${PROVIDERS.join(', ')}. Not set: the first of these that is configured.`,
  })
  @IsOptional()
  @IsIn(PROVIDERS)
  LANGUAGE_PROVIDER?: string;

  @Variable('text', {
    group: 'Language models',
    readBy: 'both',
    description: "Language model used when nothing names one. Not set: the provider's first.",
  })
  @IsOptional()
  @IsString()
  LANGUAGE_MODEL?: string;

  @Variable('text', {
    group: 'Language models',
    readBy: 'both',
    description: 'A JSON file with further language models, or corrected ones; see docs/language-models.md.',
  })
  @IsOptional()
  @IsString()
  LANGUAGE_MODELS_FILE?: string;

  @Variable('integer', {
    group: 'Language models',
    readBy: 'both',
    default: '600',
    description: 'Seconds a language model may take for one answer, streamed or not, before the call is given up.',
  })
  @IsInt()
  @Min(1)
  LANGUAGE_TIMEOUT_SECONDS = 600;

  @Variable('integer', {
    group: 'Language models',
    readBy: 'both',
    default: '120',
    description: 'Seconds a language model may send nothing in the middle of an answer; some think that long.',
  })
  @IsInt()
  @Min(1)
  LANGUAGE_IDLE_SECONDS = 120;

  @Variable('text', {
    group: 'Language models',
    readBy: 'both',
    secret: true,
    description: 'Key of DeepSeek; several as with OPENAI_API_KEY.',
  })
  @IsOptional()
  @IsString()
  DEEPSEEK_API_KEY?: string;

  @Variable('text', {
    group: 'Language models',
    readBy: 'both',
    default: 'https://api.deepseek.com',
    description: 'Address of DeepSeek.',
  })
  @IsUrl(HTTP_URL)
  DEEPSEEK_BASE_URL = 'https://api.deepseek.com';

  @Variable('text', {
    group: 'Language models',
    readBy: 'both',
    default: 'https://router.huggingface.co/v1',
    description: 'Where language models of Hugging Face are asked.',
  })
  @IsUrl(HTTP_URL)
  HUGGINGFACE_ROUTER_URL = 'https://router.huggingface.co/v1';
}
