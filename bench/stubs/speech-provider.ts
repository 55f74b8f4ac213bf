/** Stands for a vendor with OpenAI's API: waits as long as it would take and answers with words all over the sound. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const BYTES_A_SECOND = 32_000;
const WORDS = (
  'we should look at the new plan before they call again on Monday because my team wants to know how much time is left and who writes ' +
  'down what was said about price numbers our partners asked for last week when nobody from sales could join'
).split(' ');
const { PORT, TIMES_REAL_TIME } = process.env;

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.end('ready');
    return;
  }
  transcribe(request).then(
    (transcript) => response.setHeader('content-type', 'application/json').end(JSON.stringify(transcript)),
    (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
  );
});

async function transcribe(request: IncomingMessage): Promise<object> {
  const arrived = performance.now();
  // The other fields of the form are a few hundred bytes, a hundredth of a second of sound.
  const seconds = Math.floor((await buffer(request)).length / BYTES_A_SECOND);
  await sleep(Math.max(0, (seconds / Number(TIMES_REAL_TIME)) * 1_000 - (performance.now() - arrived)));
  const words = Array.from({ length: 2 * seconds }, (_, index) => ({
    word: wordAt(index),
    start: index / 2,
    end: (index + 1) / 2,
  }));
  const segments = Array.from({ length: Math.ceil(seconds / 5) }, (_, index) => {
    const text = words.slice(10 * index, 10 * index + 10).map(({ word }) => word);
    return { start: 5 * index, end: Math.min(seconds, 5 * index + 5), text: text.join(' ') };
  });
  return { language: 'english', text: segments.map(({ text }) => text).join(' '), segments, words };
}

/** The same each time, and never the same again and again: a transcript that repeats itself is asked for once more. */
function wordAt(index: number): string {
  return WORDS[createHash('md5').update(String(index)).digest().readUInt32LE() % WORDS.length] ?? '';
}

process.once('SIGTERM', () => process.exit());
server.listen(Number(PORT), '127.0.0.1');
