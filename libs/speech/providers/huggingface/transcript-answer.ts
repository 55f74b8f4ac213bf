import { asNumber, asObject, asObjects, asText, badResponse, type JsonObject, type JsonValue } from '#provider-calls';
import type { SpeechRequest, SpeechResult, SpeechSegment } from '../../speech-provider.js';
import type { JsonAnswer } from '../json-answer.js';
import { warningsOfMoved, withinChunk } from '../times.js';

/** A chunk of the answer; the model leaves the end open when the sound stops before the sentence. */
interface Line extends Omit<SpeechSegment, 'end'> {
  end: number | undefined;
}

/**
 * Reads an answer of the automatic-speech-recognition task. It does not name the language.
 * @throws ProviderError when it is no transcript
 */
export function transcriptOfAnswer({ raw, requestId }: JsonAnswer, { audio }: SpeechRequest): SpeechResult {
  const answer = asObject(raw);
  const text = asText(answer?.text)?.trim();
  if (answer === undefined || text === undefined) throw badResponse('huggingface', 'has no text', requestId);
  const lines = linesOf(answer.chunks);
  if (lines === 'wrong') throw badResponse('huggingface', 'has chunks of the wrong shape', requestId);
  const spoken = lines.filter((line) => line.text !== '');
  // Text without lines is text without times.
  const isTimed = spoken.length > 0 || text === '';
  const closed = spoken.map((line, index) => ({ ...line, end: line.end ?? spoken[index + 1]?.start ?? audio.seconds }));
  const { spans, moved } = withinChunk(closed, audio.seconds);
  return {
    text,
    segments: isTimed ? spans : [{ start: 0, end: audio.seconds, text }],
    timestampSource: isTimed ? 'provider' : 'none',
    providerRequestId: requestId,
    raw,
    warnings: warningsOfMoved(moved),
  };
}

function linesOf(value: JsonValue | undefined): Line[] | 'wrong' {
  if (value === undefined || value === null) return [];
  const items = asObjects(value);
  const lines = items?.map(lineOf).filter((line) => line !== undefined);
  return items === undefined || lines === undefined || lines.length < items.length ? 'wrong' : lines;
}

function lineOf({ text, timestamp }: JsonObject): Line | undefined {
  const [said, times] = [asText(text), Array.isArray(timestamp) ? timestamp : []];
  const [start, end] = [asNumber(times[0]), asNumber(times[1])];
  if (said === undefined || start === undefined || (end === undefined && times[1] !== null)) return undefined;
  return { start, end, text: said.trim() };
}
