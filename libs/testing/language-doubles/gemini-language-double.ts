import { judgeBy } from '../speech-doubles/vendor-document.js';
import { DOUBLE_USAGE, type Finish, type LanguageVendor, type PlainAnswer } from './language-behaviour.js';
import { type LanguageDouble, startLanguageDouble } from './language-double.js';

const CALL = /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent\?alt=sse|countTokens)$/;
const OWN_SCHEMA = { type: 'object', required: ['contents'], properties: { contents: { type: 'array', minItems: 1 } } };
const FINISH: Record<Finish, string> = { stop: 'STOP', truncated: 'MAX_TOKENS', blocked: 'SAFETY' };

/** Starts a double of Gemini's language models, at `<url>/v1beta`. It counts a token for each word. */
export function startGeminiLanguageDouble(): Promise<LanguageDouble> {
  const judge = judgeBy('gemini-openapi-20241016.json', 'GenerateContentRequest', OWN_SCHEMA);
  const vendor: LanguageVendor = {
    keyOf: (headers) => String(headers['x-goog-api-key'] ?? ''),
    read: (path, text) => {
      const [, model, name] = CALL.exec(path) ?? [];
      if (model === undefined) return undefined;
      const body = JSON.parse(text) as { contents: { parts: { text: string }[] }[] };
      const words = body.contents.flatMap(({ parts }) => parts.flatMap((part) => part.text.split(' ')));
      if (name === 'countTokens') return { status: 200, body: { totalTokens: words.length } };
      return { model, streamed: name !== 'generateContent', body, problems: judge({ model: `models/${model}`, ...body }) };
    },
    whole: ({ model }, text, finish, withUsage) => answer(model, text, finish, withUsage),
    messages: ({ model }, pieces, finish, withUsage) => [
      ...pieces.map((text) => JSON.stringify(answer(model, text, undefined, false))),
      ...(finish === undefined ? [] : [JSON.stringify(answer(model, '', finish, withUsage))]),
    ],
    refusal: ({ mode, retryAfter = '7' }) => REFUSALS[mode]?.(retryAfter),
    errorInBand: { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
  };
  return startLanguageDouble(vendor);
}

function answer(model: string, text: string, finish: Finish | undefined, withUsage: boolean): object {
  const { input, output, cached } = DOUBLE_USAGE;
  // Thoughts are billed as output.
  const counted = {
    promptTokenCount: input,
    candidatesTokenCount: output - 20,
    thoughtsTokenCount: 20,
    cachedContentTokenCount: cached,
  };
  return {
    candidates: [
      {
        content: { role: 'model', parts: [{ text: 'Let me think.', thought: true }, { text }] },
        ...(finish === undefined ? {} : { finishReason: FINISH[finish] }),
        index: 0,
      },
    ],
    ...(withUsage ? { usageMetadata: { ...counted, totalTokenCount: input + output } } : {}),
    modelVersion: model,
    responseId: 'response-double-1',
  };
}

const REFUSALS: Partial<Record<string, (retryAfter: string) => PlainAnswer>> = {
  unauthorized: () => error(400, 'INVALID_ARGUMENT', 'API key not valid.', { '@type': 'ErrorInfo', reason: 'API_KEY_INVALID' }),
  rate_limited: (seconds) => error(429, 'RESOURCE_EXHAUSTED', 'Quota.', { '@type': 'RetryInfo', retryDelay: `${seconds}s` }),
  no_credit: () => error(402, 'FAILED', 'The account has no credit.'),
  server_error: () => error(500, 'INTERNAL', 'An internal error has occurred.'),
  bad_request: () => error(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
  too_long: () =>
    error(400, 'INVALID_ARGUMENT', 'The input token count (1048580) exceeds the maximum number of tokens allowed (1048576).'),
};

function error(code: number, status: string, message: string, ...details: object[]): PlainAnswer {
  return { status: code, body: { error: { code, message, status, details } } };
}
