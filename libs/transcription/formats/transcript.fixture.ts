import { Transcription, TranscriptSegment } from '#database';
import type { FinishedTranscription } from './finished-transcript.js';

/** A finished transcript of lines, ten seconds each; null: nobody is named. */
export function finishedTranscript(
  lines: [speaker: string | null, text: string][],
  facts: Partial<Transcription> = {},
): FinishedTranscription {
  const transcription = Object.assign(new Transcription(), {
    status: 'completed',
    text: lines.map(([, text]) => text).join(' '),
    language: 'en',
    durationSeconds: lines.length * 10,
    options: { provider: 'openai', model: 'whisper-1', language: null, prompt: null, temperature: null, diarize: false },
    warnings: [],
    quality: null,
    createdAt: new Date('2026-11-21T09:00:00Z'),
    finishedAt: new Date('2026-11-21T09:01:00Z'),
    ...facts,
  });
  const segments = lines.map(([speaker, text], index) =>
    Object.assign(new TranscriptSegment(), {
      index,
      start: index * 10,
      end: index * 10 + 9,
      text,
      speaker,
      channel: null,
      confidence: 0.9,
      words: text
        .split(' ')
        .map((word, place) => ({ start: index * 10 + place, end: index * 10 + place + 0.5, text: word, confidence: 0.8 })),
    }),
  );
  return { transcription, segments, recording: { name: 'Weekly meeting.m4a', createdAt: new Date('2026-11-20T15:00:00Z') } };
}

/** Everything a format writes. */
export async function written(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}
