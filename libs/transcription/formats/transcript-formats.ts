import type { Transcription, TranscriptSegment } from '#database';
import { toSrt, toVtt } from './captions.js';

export const TRANSCRIPT_FORMATS = ['json', 'verbose_json', 'text', 'srt', 'vtt'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

/** A transcript as a file. */
export interface TranscriptFile {
  contentType: string;
  extension: string;
  body: string;
}

/**
 * Writes a finished transcript in a format. `json` and `verbose_json` have the members of OpenAI's answers of the same names, so
 * that code written for those reads these.
 */
export function writeTranscript(
  format: TranscriptFormat,
  transcription: Transcription,
  segments: TranscriptSegment[],
): TranscriptFile {
  switch (format) {
    case 'json':
      return {
        contentType: 'application/json; charset=utf-8',
        extension: 'json',
        body: JSON.stringify({ text: transcription.text ?? '' }),
      };
    case 'verbose_json':
      return {
        contentType: 'application/json; charset=utf-8',
        extension: 'json',
        body: JSON.stringify(verbose(transcription, segments)),
      };
    case 'text':
      return { contentType: 'text/plain; charset=utf-8', extension: 'txt', body: `${transcription.text ?? ''}\n` };
    case 'srt':
      return { contentType: 'application/x-subrip; charset=utf-8', extension: 'srt', body: toSrt(segments) };
    case 'vtt':
      return { contentType: 'text/vtt; charset=utf-8', extension: 'vtt', body: toVtt(segments) };
  }
}

function verbose(transcription: Transcription, segments: TranscriptSegment[]): object {
  return {
    task: 'transcribe',
    language: transcription.language,
    duration: transcription.durationSeconds,
    text: transcription.text ?? '',
    segments: segments.map(({ index, start, end, text, speaker, confidence }) => ({
      id: index,
      start,
      end,
      text,
      speaker,
      confidence,
    })),
    words: segments.flatMap(({ words }) =>
      words.map(({ start, end, text, confidence }) => ({ word: text, start, end, confidence })),
    ),
    warnings: transcription.warnings,
  };
}
