import type { TranscriptWord } from '#database';
import type { SpeechToken } from '#speech';

/** A line of what was heard. */
export interface HeardLine {
  start: number;
  end: number;
  text: string;
  speaker: string | null;
  /** 0 to 1. */
  confidence: number | null;
  words: TranscriptWord[];
}

/** What was heard in a recording, whichever way it went. */
export interface Heard {
  text: string;
  /** ISO-639-1, where somebody said. */
  language: string | null;
  /** Of sound, counted. */
  seconds: number;
  lines: HeardLine[];
  /** When they were asked for. */
  tokens?: readonly SpeechToken[];
  /** Who heard it. */
  provider: string;
  model: string;
}
