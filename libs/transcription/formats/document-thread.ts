import { parentPort, workerData } from 'node:worker_threads';
import { type DocumentOrder, piecesOf } from './document-files.js';

/** Makes one document and hands it over piece by piece. */
for await (const piece of piecesOf(workerData as DocumentOrder)) parentPort?.postMessage(piece);
