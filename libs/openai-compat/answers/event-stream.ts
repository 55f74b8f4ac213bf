import type { SpeechOrder } from '../speech-order.js';
import { logProbabilitiesOf, speakersOf } from './answer.js';
import type { Heard } from './heard.js';

/** Headers of a stream of events; nothing on the way may keep pieces back. */
export const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** One event as OpenAI sends it: data alone. */
export function eventOf(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** The next words of the text. */
export function deltaEvent(delta: string): string {
  return eventOf({ type: 'transcript.text.delta', delta });
}

/**
 * What is left to say once all was heard: the rest of the text, or lines with their speakers, and the end.
 * @param told the text that was told already; where it turned out differently, the end alone says what is right
 */
export function* lastEvents(heard: Heard, { format }: SpeechOrder, told = ''): Generator<string> {
  if (format === 'diarized_json') for (const segment of speakersOf(heard)) yield eventOf(segment);
  else if (heard.text.startsWith(told)) yield* deltas(heard, told);
  // Of usage OpenAI's last event has tokens alone, which are not what is billed here: it may be left out.
  yield eventOf({ type: 'transcript.text.done', text: heard.text, ...logProbabilitiesOf(heard) });
}

/** Line by line, where the lines make up the text; else in one. */
function* deltas({ text, lines }: Heard, told: string): Generator<string> {
  let at = told.length;
  for (const line of lines) {
    const end = text.indexOf(line.text, at);
    if (end < 0) continue;
    yield deltaEvent(text.slice(at, end + line.text.length));
    at = end + line.text.length;
  }
  if (at < text.length) yield deltaEvent(text.slice(at));
}
