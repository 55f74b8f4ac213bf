import type { SpeechSegment } from '../../speech-provider.js';

/** A word, or what stands between two; seconds from the start of the chunk. */
export interface Piece {
  kind: 'word' | 'spacing';
  text: string;
  start: number;
  end: number;
  speaker?: string;
  /** 0 to 1; words only. */
  confidence?: number;
}

/** A silence that ends a segment, in seconds: people pause as long between sentences, seldom within one. */
const PAUSE_SECONDS = 0.8;
/** Speech without pauses or full stops is cut here: longer lines are no use to a reader. */
const LONGEST_SECONDS = 15;
/** The end of a sentence, also in the scripts without our full stop; a closing quote or bracket may follow. */
const SENTENCE_END = /[.!?…。！？｡।؟۔]["'”’»)\]」』]*$/u;

/**
 * Makes lines of words: a line ends with its sentence, with a pause, where another speaker begins, and after 15 s.
 * @param pieces in the order they were spoken; spacing is kept as it came, because some scripts have none
 */
export function segmentsOfWords(pieces: readonly Piece[]): SpeechSegment[] {
  const lines: Piece[][] = [];
  for (const piece of pieces) {
    const line = lines.at(-1);
    if (piece.kind === 'spacing') line?.push(piece);
    else if (line === undefined || isNewLine(line, piece)) lines.push([piece]);
    else line.push(piece);
  }
  return lines.map(segmentOf);
}

function wordsOf(line: readonly Piece[]): Piece[] {
  return line.filter(({ kind }) => kind === 'word');
}

function isNewLine(line: readonly Piece[], next: Piece): boolean {
  const words = wordsOf(line);
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) return false;
  return (
    last.speaker !== next.speaker ||
    next.start - last.end >= PAUSE_SECONDS ||
    next.end - first.start > LONGEST_SECONDS ||
    SENTENCE_END.test(last.text)
  );
}

function segmentOf(line: readonly Piece[]): SpeechSegment {
  const words = wordsOf(line);
  const speaker = words[0]?.speaker;
  const confidences = words.flatMap(({ confidence }) => (confidence === undefined ? [] : [confidence]));
  const sum = confidences.reduce((total, confidence) => total + confidence, 0);
  return {
    start: words[0]?.start ?? 0,
    end: words.at(-1)?.end ?? 0,
    text: line
      .map(({ text }) => text)
      .join('')
      .trim(),
    ...(speaker === undefined ? {} : { speaker }),
    ...(confidences.length === 0 ? {} : { confidence: sum / confidences.length }),
  };
}
