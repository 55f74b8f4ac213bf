import type { Transcription } from '#database';

/** Shares of the stages in the whole, in percent: preparing is short, assembling shorter. */
const PREPARED = 10;
const TRANSCRIBED = 98;

/** How far a transcription is, 0 to 100; never goes back within a generation. */
export function progressOf({
  status,
  stage,
  chunkCount,
  chunksDone,
}: Pick<Transcription, 'status' | 'stage' | 'chunkCount' | 'chunksDone'>): number {
  if (status === 'completed') return 100;
  if (stage === 'assemble') return TRANSCRIBED;
  if (stage === 'prepare' || chunkCount === null || chunkCount === 0) return 0;
  return Math.floor(PREPARED + ((TRANSCRIBED - PREPARED) * chunksDone) / chunkCount);
}

/** Whether nothing will change any more without a new request. */
export function isFinished({ status }: Pick<Transcription, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
