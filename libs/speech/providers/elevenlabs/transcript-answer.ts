import { asNumber, asObject, asObjects, asText, badResponse, type JsonObject } from '#provider-calls';
import { languageCode } from '../../languages.js';
import type { SpeechRequest, SpeechResult } from '../../speech-provider.js';
import type { JsonAnswer } from '../json-answer.js';
import { warningsOfMoved, withinChunk } from '../times.js';
import { type Piece, segmentsOfWords } from './segments-of-words.js';

/**
 * Reads an answer of Scribe.
 * @throws ProviderError when it is no transcript; one that is to come later (202) is none
 */
export function transcriptOfAnswer({ raw, requestId }: JsonAnswer, { audio, diarize }: SpeechRequest): SpeechResult {
  const answer = asObject(raw);
  const providerRequestId = requestId ?? asText(answer?.transcription_id);
  const [text, items] = [asText(answer?.text), asObjects(answer?.words)];
  if (answer === undefined || text === undefined) throw badResponse('elevenlabs', 'has no text', providerRequestId);
  const given = items?.filter(({ type }) => type !== 'audio_event').map((item) => pieceOf(item, diarize === true));
  const pieces = given?.filter((piece) => piece !== undefined);
  if (given === undefined || pieces === undefined || pieces.length < given.length) {
    throw badResponse('elevenlabs', 'has words of the wrong shape', providerRequestId);
  }
  const { spans, moved } = withinChunk(pieces, audio.seconds);
  const words = spans.filter(({ kind }) => kind === 'word');
  if (words.length === 0 && text.trim() !== '' && items?.length === 0) {
    throw badResponse('elevenlabs', 'has text without words', providerRequestId);
  }
  const segments = segmentsOfWords(spans);
  const seconds = asNumber(answer.audio_duration_secs);
  return {
    // Its own text has the sounds in it that are no speech.
    text: segments.map((segment) => segment.text).join(' '),
    language: languageCode(asText(answer.language_code)),
    segments,
    words: words.map(({ start, end, text: word, confidence }) => ({
      start,
      end,
      text: word.trim(),
      ...(confidence === undefined ? {} : { confidence }),
    })),
    timestampSource: 'provider',
    providerRequestId,
    usage: seconds === undefined ? undefined : { seconds },
    raw,
    warnings: warningsOfMoved(moved),
  };
}

function pieceOf(item: JsonObject, diarize: boolean): Piece | undefined {
  const kind = asText(item.type);
  const [start, end, text] = [asNumber(item.start), asNumber(item.end), asText(item.text)];
  if ((kind !== 'word' && kind !== 'spacing') || start === undefined || end === undefined || text === undefined) return undefined;
  const [speaker, logProbability] = [diarize ? asText(item.speaker_id) : undefined, asNumber(item.logprob)];
  return {
    kind,
    start,
    end,
    text,
    ...(speaker === undefined ? {} : { speaker }),
    ...(logProbability === undefined || kind === 'spacing' ? {} : { confidence: Math.min(1, Math.exp(logProbability)) }),
  };
}
