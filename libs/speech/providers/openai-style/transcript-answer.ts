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
  requestIdOf,
} from '#provider-calls';
import { languageCode } from '../../languages.js';
import type { ProviderId, SpeechResult, SpeechSegment, SpeechToken, SpeechUsage, SpeechWord } from '../../speech-provider.js';
import { warningsOfMoved, withinChunk } from '../times.js';

/**
 * Reads an answer of OpenAI's transcription API: json, verbose_json or diarized_json, whichever it turns out to be.
 * @param seconds length of the chunk
 * @throws ProviderError `bad_response` when it is no transcript
 */
export async function transcriptOfAnswer(provider: ProviderId, response: Response, seconds: number): Promise<SpeechResult> {
  const requestId = requestIdOf(response.headers);
  const raw = parseJson(await response.text());
  if (raw === undefined) throw badResponse(provider, 'is not JSON', requestId);
  return transcriptOf({ provider, requestId, seconds }, raw);
}

/** Where an answer comes from. */
interface Origin {
  provider: ProviderId;
  requestId: string | undefined;
  /** Length of the chunk. */
  seconds: number;
}

/**
 * As `transcriptOfAnswer`, for one that is parsed already.
 * @throws ProviderError `bad_response` when it is no transcript
 */
export function transcriptOf({ provider, requestId, seconds }: Origin, raw: JsonValue): SpeechResult {
  const refuse = (what: string) => badResponse(provider, what, requestId);
  const answer = asObject(raw);
  const text = asText(answer?.text);
  if (answer === undefined || text === undefined) throw refuse('has no text');

  const given = spansOf(answer.segments, segmentOf);
  const words = spansOf(answer.words, wordOf);
  const tokens = spansOf(answer.logprobs, tokenOf);
  if (given === 'wrong' || words === 'wrong' || tokens === 'wrong')
    throw refuse('has segments, words or tokens of the wrong shape');
  const usage = usageOf(asObject(answer.usage));
  if ((usage?.outputTokens ?? 0) >= MAX_OUTPUT_TOKENS) throw cutOff(provider, requestId);
  const audible = given?.filter((segment) => segment.text !== '');
  // Text without lines is text without times.
  const spoken = audible?.length === 0 && text.trim() !== '' ? undefined : audible;
  const timed = withinChunk(spoken ?? [], seconds);
  const timedWords = words === undefined ? undefined : withinChunk(words, seconds);
  return {
    text: text.trim(),
    language: languageCode(asText(answer.language)) ?? languageCode(asText(asObjects(answer.languages)?.[0]?.code)),
    segments: spoken === undefined ? wholeChunk(text, seconds) : timed.spans,
    words: timedWords?.spans,
    ...(tokens === undefined ? {} : { tokens }),
    timestampSource: spoken === undefined ? 'none' : 'provider',
    providerRequestId: requestId ?? asText(asObject(answer.x_groq)?.id),
    usage,
    raw,
    warnings: warningsOfMoved(timed.moved + (timedWords?.moved ?? 0)),
  };
}

/** The gpt models end here, in the middle of a word, without a sign. */
const MAX_OUTPUT_TOKENS = 2_000;

function cutOff(provider: ProviderId, providerRequestId: string | undefined): ProviderError {
  const message = `${provider} wrote as much as it may before the sound ended.`;
  return new ProviderError({ provider, kind: 'too_large', providerCode: 'output_truncated', message, providerRequestId });
}

/** Undefined when the answer has none, `wrong` when one of them cannot be read. */
function spansOf<T>(value: JsonObject[string] | undefined, read: (item: JsonObject) => T | undefined): T[] | 'wrong' | undefined {
  if (value === undefined || value === null) return undefined;
  const items = asObjects(value)?.map(read);
  return items === undefined || items.includes(undefined) ? 'wrong' : (items as T[]);
}

function segmentOf(item: JsonObject): SpeechSegment | undefined {
  const [start, end, text] = [asNumber(item.start), asNumber(item.end), asText(item.text)];
  if (start === undefined || end === undefined || text === undefined) return undefined;
  const logProbability = asNumber(item.avg_logprob);
  const speaker = asText(item.speaker);
  return {
    start,
    end,
    text: text.trim(),
    ...(speaker === undefined ? {} : { speaker }),
    ...(logProbability === undefined ? {} : { confidence: Math.min(1, Math.exp(logProbability)) }),
  };
}

function wordOf(item: JsonObject): SpeechWord | undefined {
  const [start, end, text] = [asNumber(item.start), asNumber(item.end), asText(item.word)];
  return start === undefined || end === undefined || text === undefined ? undefined : { start, end, text: text.trim() };
}

function tokenOf(item: JsonObject): SpeechToken | undefined {
  const [text, logProbability] = [asText(item.token), asNumber(item.logprob)];
  const bytes = Array.isArray(item.bytes) ? item.bytes.map(asNumber) : [];
  if (text === undefined || logProbability === undefined || bytes.includes(undefined)) return undefined;
  return { text, logProbability, bytes: bytes as number[] };
}

function wholeChunk(text: string, seconds: number): SpeechSegment[] {
  return text.trim() === '' ? [] : [{ start: 0, end: seconds, text: text.trim() }];
}

/** Two shapes: `{ type: 'tokens', input_tokens, … }` and `{ type: 'duration', seconds }`; OpenRouter's has both, and the cost in dollars. */
function usageOf(usage: JsonObject | undefined): SpeechUsage | undefined {
  if (usage === undefined) return undefined;
  const dollars = asNumber(usage.cost);
  return {
    seconds: asNumber(usage.seconds),
    inputTokens: asNumber(usage.input_tokens),
    outputTokens: asNumber(usage.output_tokens),
    ...(dollars === undefined || dollars < 0 ? {} : { costMicroDollars: Math.round(dollars * 1_000_000) }),
  };
}
