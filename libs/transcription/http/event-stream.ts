import type { ProgressNews } from '../progress/progress-streams.js';
import { isFinished } from '../transcription-view.js';
import { toTranscriptionStatus } from './dto/transcription.dto.js';

/** Headers of a stream of events; nothing on the way may keep pieces back. */
export const EVENT_STREAM = {
  // Nothing follows on it; kept alive it would only hold up the end of the process.
  connection: 'close',
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** How soon to connect again. */
const RETRY_MS = 2_000;

export const PROGRESS_EXAMPLE = [
  'retry: 2000',
  '',
  'id: 11000003',
  'event: progress',
  'data: {"id":"019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708","status":"processing","stage":"transcribe","progress":32,"error":null}',
  '',
  'id: 19999999',
  'event: completed',
  'data: {"id":"019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708","status":"completed","stage":"assemble","progress":100,"error":null}',
  '',
  '',
].join('\n');

/** What a client says it has heard of; null: nothing, or nothing that makes sense. */
export function heardOf(lastEventId: string | string[] | undefined): number | null {
  return typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
}

/** States as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export async function* toEventStream(news: AsyncIterable<ProgressNews>): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const item of news) {
    if (item === 'nothing') yield ': nothing new\n\n';
    else {
      const { sequence, transcription } = item;
      const event = isFinished(transcription) ? transcription.status : 'progress';
      yield `id: ${sequence}\nevent: ${event}\ndata: ${JSON.stringify(toTranscriptionStatus(transcription))}\n\n`;
    }
  }
}
