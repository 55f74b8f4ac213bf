import { USUAL_RULES } from './caption-rules.js';
import { cuesOf } from './cues.js';
import { toSrt, toVtt } from './subtitle-files.js';
import type { SpokenLine } from './timeline.js';

/** The captions of a transcript, by the usual rules, as one text. */
export async function captionsOf(lines: readonly SpokenLine[], format: 'srt' | 'vtt'): Promise<string> {
  const cues = await cuesOf(lines, USUAL_RULES, format === 'srt');
  return [...(format === 'srt' ? toSrt(cues) : toVtt(cues))].join('');
}
