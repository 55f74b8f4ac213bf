import type { SpeechSegment, SpeechWord } from '../../speech-provider.js';

/** What the whisper.cpp addon gives: one entry a segment, or a token when words were asked for. Times in milliseconds. */
export interface WhisperAnswer {
  result: string;
  language?: string;
  segments: { text: string; t0: number; t1: number }[];
}

/** Sounds and silence, as in `[BLANK_AUDIO]` and `(music)`. */
const SOUND = /^\s*(?:\[[^\]]*\]|\([^)]*\))\s*$/;
/** Scripts without spaces between words: a token is the nearest thing to a word. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const SENTENCE_END = /[.!?。！？…]["'”’)]?$/;
const LONGEST_SEGMENT_WORDS = 40;
const PAUSE_SECONDS = 1;
const BROKEN = '\uFFFD';

/** The segments as the model made them. */
export function segmentsOf({ segments }: WhisperAnswer): SpeechSegment[] {
  return segments
    .filter(({ text }) => text.trim() !== '' && !SOUND.test(text))
    .map(({ text, t0, t1 }) => ({ start: t0 / 1000, end: t1 / 1000, text: text.trim() }));
}

/** The words of an answer that has a token an entry: a token that begins with a space begins a word. */
export function wordsOf(answer: WhisperAnswer): SpeechWord[] {
  const words: SpeechWord[] = [];
  for (const { text, t0, t1 } of wholeCharacters(answer)) {
    if (text.trim() === '') continue;
    const last = words.at(-1);
    if (last === undefined || text.startsWith(' ') || UNSPACED.test(text)) {
      words.push({ start: t0 / 1000, end: t1 / 1000, text: text.trimStart() });
    } else {
      last.text += text;
      last.end = t1 / 1000;
    }
  }
  return words.filter(({ text }) => !SOUND.test(text));
}

/** Sentences made of words: asking for words costs the model's own segments. */
export function sentencesOf(words: readonly SpeechWord[]): SpeechSegment[] {
  const sentences: SpeechWord[][] = [];
  for (const word of words) {
    const current = sentences.at(-1);
    const last = current?.at(-1);
    const ended =
      current === undefined ||
      last === undefined ||
      SENTENCE_END.test(last.text) ||
      word.start - last.end > PAUSE_SECONDS ||
      current.length >= LONGEST_SEGMENT_WORDS;
    if (ended) sentences.push([word]);
    else current.push(word);
  }
  return sentences.map((sentence) => ({
    start: sentence[0]?.start ?? 0,
    end: sentence.at(-1)?.end ?? 0,
    text: joined(sentence),
  }));
}

function joined(words: readonly SpeechWord[]): string {
  return words.reduce((text, word) => text + (text === '' || UNSPACED.test(word.text) ? '' : ' ') + word.text, '');
}

/**
 * A token can hold half a character, and arrives broken; the full text of the answer is whole. Each run of broken tokens becomes
 * one, with the characters that stand in the text between its neighbours.
 */
function wholeCharacters({ result, segments }: WhisperAnswer): WhisperAnswer['segments'] {
  const whole: WhisperAnswer['segments'] = [];
  let position = 0;
  for (let index = 0; index < segments.length; index += 1) {
    const first = segments[index];
    if (first === undefined) break;
    if (!first.text.includes(BROKEN)) {
      whole.push(first);
      position += first.text.length;
      continue;
    }
    let end = index;
    while (segments[end + 1]?.text.includes(BROKEN) === true) end += 1;
    const next = segments[end + 1];
    const found = next === undefined ? result.length : result.indexOf(next.text, position + 1);
    const until = found === -1 ? result.length : found;
    whole.push({ text: result.slice(position, until), t0: first.t0, t1: segments[end]?.t1 ?? first.t1 });
    position = until;
    index = end;
  }
  return whole;
}
