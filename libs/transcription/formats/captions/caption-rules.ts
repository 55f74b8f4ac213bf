/** What a caption has to keep to, so that people can read it while it stands. */
export interface CaptionRules {
  /** Columns of a line; a letter of Chinese, Japanese or Korean takes two. */
  maxLineLength: number;
  maxLines: number;
  /** Columns a second. */
  readingSpeed: number;
  minSeconds: number;
  maxSeconds: number;
  /** Seconds without a caption between two. */
  minGap: number;
  /** Whether a new speaker is named. */
  speakers: boolean;
}

/**
 * What public guides for subtitles ask of adults' programmes: two lines of 42 characters, 17 to 20 characters a second, 5/6 s to 7 s,
 * two frames between (Netflix, Timed Text Style Guide; BBC Subtitle Guidelines).
 */
export const USUAL_RULES: CaptionRules = {
  maxLineLength: 42,
  maxLines: 2,
  readingSpeed: 20,
  minSeconds: 0.833,
  maxSeconds: 7,
  minGap: 0.083,
  speakers: true,
};
