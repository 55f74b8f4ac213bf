import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TranscriptDocument } from './transcript-document.js';

/** A document to be made. */
export interface DocumentOrder {
  kind: 'docx' | 'pdf';
  content: TranscriptDocument;
}

/** Each takes a core and some 100 MB for up to a few seconds; others wait. */
const AT_ONCE = 2;
const MEMORY_MB = 1_024;

/** Run from its TypeScript sources (by tests), Node cannot start a thread of the same: the document is then made in this one. */
const THREAD = import.meta.url.endsWith('.js') ? new URL('./document-thread.js', import.meta.url) : undefined;

let running = 0;
const waiting: (() => void)[] = [];

/** Makes a document in a thread of its own: libraries that write these formats hold a thread for as long as it takes. */
export async function* writeDocument(order: DocumentOrder): AsyncGenerator<Uint8Array> {
  if (THREAD === undefined) yield* piecesOf(order);
  else {
    await takeTurn();
    try {
      yield* fromThread(THREAD, order);
    } finally {
      passTurn();
    }
  }
}

/** Makes a document in this thread. The libraries are loaded with the first one. */
export async function* piecesOf({ kind, content }: DocumentOrder): AsyncGenerator<Uint8Array> {
  if (kind === 'pdf') yield* (await import('./pdf.js')).toPdf(content);
  else yield* (await import('./docx.js')).toDocx(content);
}

async function* fromThread(file: URL, order: DocumentOrder): AsyncGenerator<Uint8Array> {
  const thread = new Worker(file, { workerData: order, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
  try {
    // Rejects when the thread fails.
    for await (const [piece] of on(thread, 'message', { close: ['exit'] })) yield piece as Uint8Array;
  } finally {
    await thread.terminate();
  }
}

async function takeTurn(): Promise<void> {
  if (running < AT_ONCE) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

/** The place goes to who waits longest. */
function passTurn(): void {
  const next = waiting.shift();
  if (next === undefined) running -= 1;
  else next();
}
