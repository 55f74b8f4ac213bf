import type { Audio, Transcription, TranscriptSegment } from '#database';

/** All that a file of a transcript is made of. */
export interface FinishedTranscription {
  transcription: Transcription;
  segments: TranscriptSegment[];
  /** Null once the recording was deleted. */
  recording: Pick<Audio, 'name' | 'createdAt'> | null;
}
