import { describe } from '@jest/globals';
import {
  LANGUAGE_DOUBLE_KEY,
  languageBaseOf,
  startGeminiLanguageDouble,
  startOpenAiStyleDouble,
} from '#testing/language-doubles';
import type { LanguageProviderId } from '../language-provider.js';
import { describeLanguageContract, type LanguageSubject } from './language-contract.js';
import { languageProvider } from './language-providers.js';

interface ChatBody {
  messages: { content: string }[];
  response_format?: { json_schema?: { strict: boolean; schema: object } };
}

const heldTo = (body: unknown): unknown => (body as ChatBody).response_format?.json_schema?.schema;
/** The schema at the end of the order to answer in it. */
const inWords = (body: unknown): unknown =>
  JSON.parse(/Schema: (.*)$/.exec((body as ChatBody).messages[0]?.content ?? '')?.[1] ?? 'null');

const EXACT = { tokens: 2, exact: true, method: /^o200k_base$/ };
const ESTIMATED = { tokens: 2, exact: false, method: /^estimate: o200k_base/ };

type Given = Pick<LanguageSubject, 'model' | 'cost' | 'shapeIn' | 'count'>;

const SUBJECTS: Record<LanguageProviderId, Given> = {
  openai: { model: 'gpt-4.1-mini', cost: { microDollars: 376, source: 'prices' }, shapeIn: heldTo, count: EXACT },
  groq: { model: 'openai/gpt-oss-120b', cost: { microDollars: 186, source: 'prices' }, shapeIn: heldTo, count: EXACT },
  gemini: {
    model: 'gemini-2.5-flash',
    cost: { microDollars: 342, source: 'prices' },
    shapeIn: (body) => (body as { generationConfig: { responseJsonSchema: object } }).generationConfig.responseJsonSchema,
    count: { tokens: 2, exact: true, method: /^countTokens of gemini$/ },
  },
  openrouter: {
    model: 'google/gemini-2.5-flash',
    cost: { microDollars: 321, source: 'provider' },
    shapeIn: heldTo,
    count: ESTIMATED,
  },
  deepseek: { model: 'deepseek-v4-flash', cost: { microDollars: 102, source: 'prices' }, shapeIn: inWords, count: ESTIMATED },
  huggingface: { model: 'openai/gpt-oss-120b', cost: { microDollars: null, source: 'unknown' }, shapeIn: heldTo, count: EXACT },
};

describe.each(Object.entries(SUBJECTS) as [LanguageProviderId, Given][])('%s', (id, given) => {
  describeLanguageContract({
    ...given,
    startDouble: () => (id === 'gemini' ? startGeminiLanguageDouble() : startOpenAiStyleDouble(id)),
    provider: (url, overrides) =>
      languageProvider(id, {
        apiKey: LANGUAGE_DOUBLE_KEY,
        baseUrl: id === 'gemini' ? url : url + languageBaseOf(id),
        timeoutSeconds: 20,
        idleSeconds: 20,
        ...overrides,
      }),
  });
});
