import type { SpeechSegment, SpeechWord } from '../../speech-provider.js';

/** One line of `-time yes`: `market(2) 2.590 3.020 0.558630`. */
const TIMED_LINE = /^(\S+) (\d+\.\d+) (\d+\.\d+) (\d+(?:\.\d+)?(?:e-\d+)?)$/;
/** What is no word: `<s>`, `</s>`, `<sil>`, `[NOISE]`, `[SPEECH]`, `++NOISE++`. */
const FILLER = /^(?:<.*>|\[.*\]|\+\+.*\+\+)$/;
const UTTERANCE_START = '<s>';

/** A silence of so many seconds between two words ends a line: utterances end only at long pauses, and speakers change at short ones. */
const PAUSE_SECONDS = 0.35;

/** What pocketsphinx heard: its words, and lines of them as segments. */
export interface Heard {
  words: SpeechWord[];
  segments: SpeechSegment[];
}

/**
 * Reads what `pocketsphinx_continuous -time yes` prints: for each utterance one line of text, then its words with their times in
 * seconds and their confidence. Numbered pronunciations (`market(2)`) become the word; silence and noise are left out.
 */
export function parsePocketsphinx(output: string): Heard {
  const utterances: SpeechWord[][] = [];
  for (const line of output.split('\n')) {
    const [, token, start, end, confidence] = TIMED_LINE.exec(line.trim()) ?? [];
    if (token === undefined) continue;
    if (token === UTTERANCE_START) utterances.push([]);
    if (FILLER.test(token)) continue;
    if (utterances.length === 0) utterances.push([]);
    utterances.at(-1)?.push({
      start: Number(start),
      end: Number(end),
      text: token.replace(/\(\d+\)$/, ''),
      confidence: Math.min(1, Number(confidence)),
    });
  }
  const segments = utterances.flatMap(linesOf).map(segmentOf);
  return { words: utterances.flat(), segments: segments.filter((segment) => segment !== undefined) };
}

/** An utterance, broken where its speaker paused. */
function linesOf(words: SpeechWord[]): SpeechWord[][] {
  const lines: SpeechWord[][] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    if (before === undefined || word.start - before.end >= PAUSE_SECONDS) lines.push([]);
    lines.at(-1)?.push(word);
  }
  return lines;
}

function segmentOf(words: SpeechWord[]): SpeechSegment | undefined {
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const total = words.reduce((sum, { confidence = 0 }) => sum + confidence, 0);
  return {
    start: first.start,
    end: last.end,
    text: words.map(({ text }) => text).join(' '),
    confidence: total / words.length,
  };
}
