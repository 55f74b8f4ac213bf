import { WHISPER_LANGUAGES } from '#speech';
import { captionsOf } from '#transcription';
import type { AnswerFormat, SpeechOrder } from '../speech-order.js';
import type { Heard, HeardLine } from './heard.js';

/** A body with its type. */
export interface Answer {
  contentType: string;
  body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Writes what was heard as OpenAI writes it. */
export async function answerOf(heard: Heard, order: SpeechOrder): Promise<Answer> {
  switch (order.format) {
    case 'text':
      return { contentType: TEXT_TYPE, body: `${heard.text}\n` };
    case 'srt':
      return { contentType: TEXT_TYPE, body: await captionsOf(heard.lines, 'srt') };
    case 'vtt':
      return { contentType: 'text/vtt; charset=utf-8', body: await captionsOf(heard.lines, 'vtt') };
    default:
      return { contentType: JSON_TYPE, body: JSON.stringify(objectOf(heard, order, order.format)) };
  }
}

function objectOf(heard: Heard, order: SpeechOrder, format: Exclude<AnswerFormat, 'text' | 'srt' | 'vtt'>): object {
  const { text, seconds } = heard;
  switch (format) {
    case 'json':
      return { text, ...logProbabilitiesOf(heard), usage: usageOf(heard) };
    case 'verbose_json':
      return verbose(heard, order);
    case 'diarized_json':
      return { task: 'transcribe', duration: seconds, text, segments: speakersOf(heard), usage: usageOf(heard) };
  }
}

/** What it is billed by. */
export function usageOf({ seconds }: Heard): { type: 'duration'; seconds: number } {
  return { type: 'duration', seconds };
}

/** How sure the engine is of each token, where it was asked. */
export function logProbabilitiesOf({ tokens }: Heard): object {
  return tokens === undefined
    ? {}
    : { logprobs: tokens.map(({ text, logProbability, bytes }) => ({ token: text, logprob: logProbability, bytes })) };
}

/** Lines with who speaks them: by letters in the order they first speak where an engine has other names for them. */
export function speakersOf({ lines }: Heard) {
  const names = [...new Set(lines.map(({ speaker }) => speaker))];
  return lines.map(({ start, end, text, speaker }, index) => ({
    type: 'transcript.text.segment' as const,
    id: `seg_${String(index + 1).padStart(3, '0')}`,
    start,
    end,
    text,
    speaker: letterOf(names.indexOf(speaker)),
  }));
}

/** A to Z, then A1 and so on. */
function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

function verbose(heard: Heard, { translate, granularities, temperature = 0 }: SpeechOrder): object {
  const { text, seconds, lines } = heard;
  return {
    task: translate ? 'translate' : 'transcribe',
    language: translate ? 'english' : languageName(heard.language),
    duration: seconds,
    text,
    ...(granularities.has('word') ? { words: lines.flatMap(wordsOf) } : {}),
    ...(granularities.has('segment') || granularities.size === 0
      ? { segments: lines.map((line, id) => segmentOf(line, id, temperature)) }
      : {}),
    usage: usageOf(heard),
  };
}

/** OpenAI names languages in English; one that nobody named is none of them. */
function languageName(code: string | null): string {
  return code === null ? 'unknown' : (WHISPER_LANGUAGES[code] ?? code);
}

function wordsOf({ words }: HeardLine): object[] {
  return words.map(({ text: word, start, end }) => ({ word, start, end }));
}

/**
 * All members that OpenAI's have. What no engine but Whisper has a figure for is as Whisper would have it where nothing is amiss:
 * no tokens, compression 1, speech for sure.
 */
function segmentOf({ start, end, text, confidence }: HeardLine, id: number, temperature: number): object {
  return {
    ...{ id, seek: 0, start, end, text: ` ${text}`, tokens: [], temperature },
    avg_logprob: confidence === null ? 0 : Math.log(Math.max(confidence, 1e-9)),
    compression_ratio: 1,
    no_speech_prob: 0,
  };
}
