import { FinishReason } from '@google/generative-ai';
import { badResponse } from './attempt.js';
import { asNumber, asObject, asObjects, asText, type JsonObject } from './json.js';
import { type BilledTokens, ProviderError, type ProviderErrorKind } from './provider-error.js';

/** Reasons for stopping that mean the content was refused. All others but STOP and MAX_TOKENS are the provider's trouble. */
const BLOCKED: readonly string[] = [
  FinishReason.SAFETY,
  FinishReason.RECITATION,
  FinishReason.BLOCKLIST,
  FinishReason.PROHIBITED_CONTENT,
  FinishReason.SPII,
];

/** What one answer of `generateContent` brings, or one message of its stream. */
interface GeminiPiece {
  text: string;
  /** Whether Gemini has said everything, in its own opinion. */
  isLast: boolean;
}

/**
 * Reads a message of a stream of `streamGenerateContent`.
 * @throws ProviderError when Gemini refuses, or stops for another reason than that it has said everything
 */
export function pieceOfGemini(answer: JsonObject): GeminiPiece {
  const blockReason = asText(asObject(answer.promptFeedback)?.blockReason);
  if (blockReason !== undefined) throw stopped(answer, 'blocked', blockReason, 'refused what it was asked');
  const candidate = asObjects(answer.candidates)?.[0];
  const reason = asText(candidate?.finishReason);
  if (reason === String(FinishReason.MAX_TOKENS)) {
    throw stopped(answer, 'too_large', 'output_truncated', 'wrote as much as it may before it was finished');
  }
  if (reason !== undefined && BLOCKED.includes(reason)) throw stopped(answer, 'blocked', reason, 'refused to write it');
  const isLast = reason === String(FinishReason.STOP);
  if (reason !== undefined && !isLast) throw stopped(answer, 'unavailable', reason, 'stopped before the end');
  const parts = asObjects(asObject(candidate?.content)?.parts) ?? [];
  const said = parts.filter((part) => part.thought !== true).map((part) => asText(part.text) ?? '');
  return { text: said.join(''), isLast };
}

/**
 * The text of an answer of `generateContent` that ended by itself. Whether it did is asked first: cut-off JSON can look whole.
 * @throws as `pieceOfGemini`
 */
export function textOfGemini(answer: JsonObject): string {
  const { text, isLast } = pieceOfGemini(answer);
  const hasCandidate = asObjects(answer.candidates)?.[0] !== undefined;
  if (!hasCandidate) throw badResponse('gemini', 'has no candidate', asText(answer.responseId));
  if (!isLast) throw stopped(answer, 'unavailable', 'none', 'stopped before the end');
  return text;
}

/** What Gemini counted; thoughts are billed as output. */
export function usageOfGemini(usage: JsonObject | undefined): { input?: number; output?: number; cached?: number } {
  const written = asNumber(usage?.candidatesTokenCount);
  return {
    input: asNumber(usage?.promptTokenCount),
    output: written === undefined ? undefined : written + (asNumber(usage?.thoughtsTokenCount) ?? 0),
    cached: asNumber(usage?.cachedContentTokenCount),
  };
}

/** The same as what is billed; undefined when Gemini does not say. */
export function billedByGemini(answer: JsonObject): BilledTokens | undefined {
  const { input, output, cached = 0 } = usageOfGemini(asObject(answer.usageMetadata));
  if (input === undefined || output === undefined) return undefined;
  return { inputTokens: input, outputTokens: output, cachedInputTokens: Math.min(cached, input) };
}

function stopped(answer: JsonObject, kind: ProviderErrorKind, providerCode: string, what: string): ProviderError {
  return new ProviderError({
    provider: 'gemini',
    kind,
    providerCode,
    message: `gemini ${what} (${providerCode}).`,
    providerRequestId: asText(answer.responseId),
    billed: billedByGemini(answer),
  });
}
