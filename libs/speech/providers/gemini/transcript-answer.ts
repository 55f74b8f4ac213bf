import {
  asNumber,
  asObject,
  asObjects,
  asText,
  badResponse,
  type JsonObject,
  type JsonValue,
  parseJson,
  textOfGemini,
  usageOfGemini,
} from '#provider-calls';
import { languageCode } from '../../languages.js';
import type { SpeechRequest, SpeechResult, SpeechSegment } from '../../speech-provider.js';
import { warningsOfMoved, withinChunk } from '../times.js';

/**
 * Reads an answer of `generateContent` that was asked for a transcript.
 * @throws ProviderError when it was cut off, refused, or is no transcript
 */
export function transcriptOfAnswer(raw: JsonValue | undefined, request: SpeechRequest): SpeechResult {
  const answer = asObject(raw);
  if (raw === undefined || answer === undefined) throw badResponse('gemini', 'is not JSON');
  const requestId = asText(answer.responseId);
  const transcript = asObject(parseJson(textOfGemini(answer)));
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

function segmentOf(item: JsonObject, diarize: boolean): SpeechSegment | undefined {
  const [start, end, text] = [asNumber(item.start), asNumber(item.end), asText(item.text)];
  if (start === undefined || end === undefined || text === undefined) return undefined;
  const speaker = diarize ? asText(item.speaker) : undefined;
  return { start, end, text: text.trim(), ...(speaker === undefined || speaker === '' ? {} : { speaker }) };
}

function usageOf(usage: JsonObject | undefined): SpeechResult['usage'] {
  if (usage === undefined) return undefined;
  const { input, output } = usageOfGemini(usage);
  return { inputTokens: input, outputTokens: output };
}
