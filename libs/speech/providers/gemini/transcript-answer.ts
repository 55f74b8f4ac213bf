import { FinishReason } from '@google/generative-ai';
import {
  asNumber,
  asObject,
  asObjects,
  asText,
  badResponse,
  type JsonObject,
  type JsonValue,
  parseJson,
  ProviderError,
  type ProviderErrorKind,
} from '#provider-calls';
import { languageCode } from '../../languages.js';
import type { SpeechRequest, SpeechResult, SpeechSegment } from '../../speech-provider.js';
import { warningsOfMoved, withinChunk } from '../times.js';

/** Reasons for stopping that mean the content was refused. All others but STOP and MAX_TOKENS are the provider's trouble. */
const BLOCKED: readonly string[] = [
  FinishReason.SAFETY,
  FinishReason.RECITATION,
  FinishReason.BLOCKLIST,
  FinishReason.PROHIBITED_CONTENT,
  FinishReason.SPII,
];

/**
 * Reads an answer of `generateContent` that was asked for a transcript.
 * @throws ProviderError when it was cut off, refused, or is no transcript
 */
export function transcriptOfAnswer(raw: JsonValue | undefined, request: SpeechRequest): SpeechResult {
  const answer = asObject(raw);
  if (raw === undefined || answer === undefined) throw badResponse('gemini', 'is not JSON');
  const requestId = asText(answer.responseId);
  const transcript = asObject(parseJson(writtenText(answer, requestId)));
  const items = asObjects(transcript?.segments)?.map((item) => segmentOf(item, request.diarize === true));
  if (items === undefined) throw badResponse('gemini', 'has no segments', requestId);
  const segments = items.filter((segment) => segment !== undefined);
  if (segments.length < items.length) throw badResponse('gemini', 'has segments of the wrong shape', requestId);

  const spoken = segments.filter(({ text }) => text !== '');
  const { spans, moved } = withinChunk(spoken, request.audio.seconds);
  return {
    text: spans.map(({ text }) => text).join(' '),
    language: languageCode(asText(transcript?.language)),
    segments: spans,
    timestampSource: 'model',
    providerRequestId: requestId,
    usage: usageOf(asObject(answer.usageMetadata)),
    raw,
    warnings: warningsOfMoved(moved),
  };
}

/** The text of a candidate that ended by itself. Whether it did is asked first: cut-off JSON can look whole. */
function writtenText(answer: JsonObject, providerRequestId: string | undefined): string {
  const blockReason = asText(asObject(answer.promptFeedback)?.blockReason);
  if (blockReason !== undefined) throw stopped('blocked', blockReason, 'refused the audio', providerRequestId);
  const candidate = asObjects(answer.candidates)?.[0];
  if (candidate === undefined) throw badResponse('gemini', 'has no candidate', providerRequestId);
  const reason = asText(candidate.finishReason) ?? 'none';
  if (reason === String(FinishReason.MAX_TOKENS)) {
    throw stopped('too_large', 'output_truncated', 'wrote as much as it may before the audio ended', providerRequestId);
  }
  if (BLOCKED.includes(reason)) throw stopped('blocked', reason, 'refused to write the transcript', providerRequestId);
  if (reason !== String(FinishReason.STOP)) throw stopped('unavailable', reason, 'stopped before the end', providerRequestId);
  const parts = asObjects(asObject(candidate.content)?.parts) ?? [];
  return parts
    .filter((part) => part.thought !== true)
    .map((part) => asText(part.text) ?? '')
    .join('');
}

function stopped(kind: ProviderErrorKind, providerCode: string, what: string, providerRequestId?: string): ProviderError {
  return new ProviderError({
    provider: 'gemini',
    kind,
    providerCode,
    message: `gemini ${what} (${providerCode}).`,
    providerRequestId,
  });
}

function segmentOf(item: JsonObject, diarize: boolean): SpeechSegment | undefined {
  const [start, end, text] = [asNumber(item.start), asNumber(item.end), asText(item.text)];
  if (start === undefined || end === undefined || text === undefined) return undefined;
  const speaker = diarize ? asText(item.speaker) : undefined;
  return { start, end, text: text.trim(), ...(speaker === undefined || speaker === '' ? {} : { speaker }) };
}

/** Thoughts are billed as output. */
function usageOf(usage: JsonObject | undefined): SpeechResult['usage'] {
  if (usage === undefined) return undefined;
  const written = asNumber(usage.candidatesTokenCount);
  return {
    inputTokens: asNumber(usage.promptTokenCount),
    outputTokens: written === undefined ? undefined : written + (asNumber(usage.thoughtsTokenCount) ?? 0),
  };
}
