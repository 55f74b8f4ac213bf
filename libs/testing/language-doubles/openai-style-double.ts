import { judgeBy } from '../speech-doubles/vendor-document.js';
import { DOUBLE_USAGE, type Finish, type LanguageCall, type LanguageVendor, type PlainAnswer } from './language-behaviour.js';
import { type LanguageDouble, startLanguageDouble } from './language-double.js';

interface ChatRequest {
  model: string;
  stream?: boolean;
  response_format?: { type: string; json_schema?: { name: string } };
  messages: { role: string; content: string }[];
}

const OWN_SCHEMA = {
  type: 'object',
  required: ['model', 'messages'],
  properties: {
    model: { type: 'string' },
    messages: { type: 'array', minItems: 1, items: { type: 'object', required: ['role', 'content'] } },
    temperature: { type: 'number' },
    max_tokens: { type: 'integer' },
    max_completion_tokens: { type: 'integer' },
    stream: { type: 'boolean' },
    response_format: { type: 'object', required: ['type'] },
  },
};

/** Each document is read once: it has megabytes. */
const judges = new Map<string, (value: unknown) => string[]>();
function judge(file: string, schema: string): (value: unknown) => string[] {
  const made = judges.get(file) ?? judgeBy(file, schema, OWN_SCHEMA);
  judges.set(file, made);
  return made;
}

const FINISH: Record<Finish, string> = { stop: 'stop', truncated: 'length', blocked: 'content_filter' };

type OpenAiStyleVendor = 'openai' | 'groq' | 'openrouter' | 'deepseek' | 'huggingface';

/** Where each has OpenAI's chat API, and by whose document a request is judged. */
const VENDORS: Record<OpenAiStyleVendor, { base: string; document: [file: string, schema: string] }> = {
  openai: { base: '/v1', document: ['openai-openapi.yaml', 'CreateChatCompletionRequest'] },
  groq: { base: '/openai/v1', document: ['openai-openapi.yaml', 'CreateChatCompletionRequest'] },
  openrouter: { base: '/api/v1', document: ['openrouter-openapi.yaml', 'ChatRequest'] },
  deepseek: { base: '', document: ['openai-openapi.yaml', 'CreateChatCompletionRequest'] },
  huggingface: { base: '/v1', document: ['openai-openapi.yaml', 'CreateChatCompletionRequest'] },
};

/** The path below which the double of a vendor has its API. */
export const languageBaseOf = (vendor: OpenAiStyleVendor): string => VENDORS[vendor].base;

/** Starts a double of a vendor that speaks OpenAI's chat API. */
export function startOpenAiStyleDouble(name: OpenAiStyleVendor): Promise<LanguageDouble> {
  const { base, document } = VENDORS[name];
  const judgeBody = judge(...document);
  const cost = name === 'openrouter' ? { cost: 0.000321 } : {};
  const vendor: LanguageVendor = {
    keyOf: ({ authorization }) => /^Bearer (.+)$/.exec(String(authorization ?? ''))?.[1],
    read: (path, text) => {
      if (path !== `${base}/chat/completions`) return undefined;
      const body = JSON.parse(text) as ChatRequest;
      return { model: body.model, streamed: body.stream === true, body, problems: [...judgeBody(body), ...rulesOf(body)] };
    },
    whole: ({ model }, text, finish, withUsage) => ({
      ...{ id: 'chatcmpl-double-1', object: 'chat.completion', created: 1, model },
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null },
          finish_reason: finish === undefined ? null : FINISH[finish],
        },
      ],
      ...(withUsage ? { usage: { ...usageOf(name), ...cost } } : {}),
    }),
    messages: (call, pieces, finish, withUsage) =>
      messagesOf(call, pieces, finish, withUsage ? { ...usageOf(name), ...cost } : null),
    refusal: ({ mode, retryAfter = '7' }) => REFUSALS[mode]?.(retryAfter),
    errorInBand: { error: { message: 'The server is overloaded.', type: 'server_error', code: 502 } },
  };
  return startLanguageDouble(vendor);
}

/** Some answer the last piece and its reason in two messages, and the usage in a third that has no choice. */
function messagesOf({ model }: LanguageCall, pieces: string[], finish: Finish | undefined, usage: object | null): string[] {
  const chunk = (choices: object[], more: object = {}): string =>
    JSON.stringify({ id: 'chatcmpl-double-1', object: 'chat.completion.chunk', created: 1, model, choices, ...more });
  const delta = (change: object, reason: string | null = null): object[] => [{ index: 0, delta: change, finish_reason: reason }];
  return [
    chunk(delta({ role: 'assistant', content: '' })),
    ...pieces.map((content) => chunk(delta({ content }))),
    ...(finish === undefined ? [] : [chunk(delta({}, FINISH[finish])), chunk([], { usage }), '[DONE]']),
  ];
}

function usageOf(name: OpenAiStyleVendor): object {
  const { input, output, cached } = DOUBLE_USAGE;
  const read = name === 'deepseek' ? { prompt_cache_hit_tokens: cached } : { prompt_tokens_details: { cached_tokens: cached } };
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output, ...read };
}

/** What the documents say in words only. */
function rulesOf({ response_format: format, messages }: ChatRequest): string[] {
  const saysJson = messages.some(({ content }) => content.includes('JSON'));
  return format?.type === 'json_object' && !saysJson ? ['json_object needs the word JSON in the messages'] : [];
}

const REFUSALS: Partial<Record<string, (retryAfter: string) => PlainAnswer>> = {
  unauthorized: () => error(401, 'invalid_api_key', `Incorrect API key provided: sk-language-double-0123456789.`),
  rate_limited: (retryAfter) => ({ ...error(429, 'rate_limit_exceeded', 'Slower.'), headers: { 'retry-after': retryAfter } }),
  no_credit: () => error(402, 'insufficient_quota', 'You exceeded your current quota.'),
  server_error: () => error(500, null, 'The server had an error.'),
  bad_request: () => error(400, 'invalid_value', 'Invalid message.', 'messages[0].content'),
  too_long: () => error(400, 'context_length_exceeded', 'This model reads 128000 tokens at most.', 'messages'),
};

function error(status: number, code: string | null, message: string, param: string | null = null): PlainAnswer {
  return { status, body: { error: { message, type: 'x', param, code } } };
}
