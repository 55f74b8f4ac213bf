import type { TranscriptionChunk, TranscriptQuality } from '#database';
import { type ChunkSound, heard } from './heard.js';
import type { AnsweredChunk } from './plan-redo.js';
import { recordingQuality } from './recording-quality.js';
import { settle } from './settle.js';
import { surroundingsOf } from './suspect.js';

/** The sound of a chunk as its answer is compared with it. */
export function soundOf({ index, channel, startSeconds, endSeconds, speech }: TranscriptionChunk): ChunkSound {
  return { index, channel, start: startSeconds, end: endSeconds, speech };
}

/** The chunks that have an answer. */
export function answeredOf(chunks: readonly TranscriptionChunk[]): AnsweredChunk[] {
  return chunks.flatMap((chunk) => (chunk.transcript === null ? [] : [{ sound: soundOf(chunk), first: chunk.transcript }]));
}

/**
 * Decides what stands in the end of each chunk of a recording.
 * @param chunks in order; those without an answer stay as they are
 * @param asked the language the caller said is spoken
 */
export function settleRecording(
  chunks: readonly TranscriptionChunk[],
  asked: string | null,
): { chunks: TranscriptionChunk[]; quality: TranscriptQuality } {
  const around = surroundingsOf(
    answeredOf(chunks).map(({ sound, first }) => heard(sound, first)),
    asked,
  );
  const settled = chunks.map((chunk) => {
    if (chunk.transcript === null) return { chunk, result: null };
    const sound = soundOf(chunk);
    // As it was judged when it was decided to ask again, so that what comes of it does not change the question.
    const surroundings = chunk.redo?.surroundings ?? around(heard(sound, chunk.transcript));
    return { chunk, result: settle(sound, chunk.transcript, chunk.redo, surroundings) };
  });
  return {
    chunks: settled.map(({ chunk, result }) => (result === null ? chunk : { ...chunk, transcript: result.transcript })),
    quality: recordingQuality(settled.flatMap(({ result }) => result ?? [])),
  };
}
