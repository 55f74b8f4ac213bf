import { asNumber, asObject, asObjects, asText, badResponse, type JsonObject, ProviderError } from '#provider-calls';
import { costOf } from '../../cost.js';
import type { LanguageAnswer, LanguageUsage } from '../../language-provider.js';
import type { Asked } from './asked.js';
import { inBandError } from './in-band-error.js';

/** What a completion has said, in one piece or gathered from a stream. */
export interface Said {
  text: string | undefined;
  refusal: string;
  finishReason: string | undefined;
  model: string | undefined;
  usage: JsonObject | undefined;
  requestId: string | undefined;
}

/**
 * Reads the answer of `POST chat/completions`.
 * @throws ProviderError when it is an error with a success around it, cut off, refused or no answer at all
 */
export function answerOfCompletion(asked: Asked, raw: JsonObject, headers: Headers): LanguageAnswer {
  const error = inBandError(asked, raw, headers);
  if (error !== undefined) throw error;
  const choice = asObjects(raw.choices)?.[0];
  const message = asObject(choice?.message);
  return answerOf(asked, {
    text: asText(message?.content),
    refusal: asText(message?.refusal) ?? '',
    finishReason: asText(choice?.finish_reason),
    model: asText(raw.model),
    usage: asObject(raw.usage),
    requestId: headers.get('x-request-id') ?? asText(raw.id),
  });
}

/**
 * The answer, if it is whole: a model stops for many reasons, of which one means that it has said everything.
 * @throws ProviderError in every other case
 */
export function answerOf({ provider, model }: Asked, said: Said): LanguageAnswer {
  const { text, refusal, finishReason, requestId } = said;
  const usage = usageOf(said.usage);
  const dollars = asNumber(said.usage?.cost);
  if (finishReason === 'length') throw stopped('too_large', 'output_truncated', 'wrote as much as it may before it was finished');
  if (finishReason === 'content_filter') throw stopped('blocked', 'content_filter', 'withheld what it wrote');
  if (refusal !== '') throw stopped('blocked', 'refusal', 'refused to answer');
  if (finishReason === undefined) throw badResponse(provider, 'has no end', requestId);
  if (finishReason !== 'stop') throw stopped('unavailable', finishReason, 'stopped before the end');
  if (text === undefined) throw badResponse(provider, 'has no text', requestId);
  return {
    text,
    model: said.model ?? model.id,
    ...(usage === undefined ? {} : { usage }),
    cost: costOf(usage, model.price, dollars),
    providerRequestId: requestId,
  };

  function stopped(kind: 'too_large' | 'blocked' | 'unavailable', providerCode: string, what: string): ProviderError {
    const message = `${provider} ${what} (${providerCode}).`;
    const billed = usage === undefined ? undefined : { ...usage, dollars };
    return new ProviderError({ provider, kind, providerCode, message, providerRequestId: requestId, billed });
  }
}

/** DeepSeek has a name of its own for what it had read before. */
function usageOf(usage: JsonObject | undefined): LanguageUsage | undefined {
  const [inputTokens, outputTokens] = [countOf(usage?.prompt_tokens), countOf(usage?.completion_tokens)];
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cached = countOf(asObject(usage?.prompt_tokens_details)?.cached_tokens) ?? countOf(usage?.prompt_cache_hit_tokens) ?? 0;
  return { inputTokens, outputTokens, cachedInputTokens: Math.min(cached, inputTokens) };
}

function countOf(value: JsonObject[string] | undefined): number | undefined {
  const count = asNumber(value);
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
