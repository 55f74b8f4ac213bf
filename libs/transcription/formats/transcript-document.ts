import type { QualityFinding, TranscriptSegment } from '#database';
import type { FinishedTranscription } from './finished-transcript.js';

/** A transcript for people to read: what it is, what to beware of, who said what and when. */
export interface TranscriptDocument {
  title: string;
  facts: { name: string; value: string }[];
  /** What a reader should know before trusting it. */
  notices: string[];
  passages: Passage[];
}

/** What one person says without a long pause. */
export interface Passage {
  speaker: string | null;
  startSeconds: number;
  text: string;
}

/** After a pause of so many seconds somebody begins anew. */
const LONG_PAUSE = 2;
/** Characters after which a passage ends with its sentence, and at once. */
const ENOUGH = 500;
const TOO_MUCH = 1_200;
const SENTENCE_END = /[.!?…。！？؟।]["'»”’)\]」』）]*$/u;
const SPACELESS_EDGE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
/** The first letter of a text decides which way it is written. */
const RIGHT_TO_LEFT =
  /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const EXTENSION = /\.[a-z0-9]{1,4}$/i;
const OUTCOMES: Record<QualityFinding['outcome'], string> = {
  mended: 'another engine gave better text, which stands here',
  confirmed: 'another engine heard the same',
  kept: 'no engine gave better text',
  removed: 'the text was taken out',
};
const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

/** The transcript as a document. */
export function documentOf({ transcription, segments, recording }: FinishedTranscription): TranscriptDocument {
  const { durationSeconds, language, options, quality, warnings, createdAt, finishedAt } = transcription;
  const speakers = [...new Set(segments.flatMap(({ speaker }) => speaker ?? []))];
  const facts = [
    { name: 'Date', value: dateOf(recording?.createdAt ?? createdAt) },
    { name: 'Length', value: durationSeconds === null ? 'unknown' : clock(durationSeconds) },
    { name: 'Language', value: language === null ? 'unknown' : (languageNames.of(language) ?? language) },
    ...(speakers.length === 0 ? [] : [{ name: 'Speakers', value: speakers.join(', ') }]),
    { name: 'Transcribed by', value: `${options.provider}, ${options.model}, ${dateOf(finishedAt ?? createdAt)}` },
    ...(typeof quality?.coverage === 'number'
      ? [{ name: 'Speech with text', value: `${Math.floor(quality.coverage * 100)} %` }]
      : []),
  ];
  return {
    title: oneLine(recording?.name.replace(EXTENSION, '') ?? '') || 'Transcript',
    facts: facts.map(({ name, value }) => ({ name, value: oneLine(value) })),
    notices: [...warnings.map(withoutCode), ...(quality?.findings ?? []).map(noticeOf)].map(oneLine),
    passages: [...passagesOf(segments)],
  };
}

/** Seconds as 01:02:03. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return [whole / 3_600, (whole / 60) % 60, whole % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}

export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

function* passagesOf(segments: readonly TranscriptSegment[]): Generator<Passage> {
  let passage: Passage | undefined;
  let end = 0;
  for (const segment of segments) {
    const text = oneLine(segment.text);
    if (text === '') continue;
    if (passage !== undefined && (passage.speaker !== segment.speaker || isFull(passage.text, segment.start - end))) {
      yield passage;
      passage = undefined;
    }
    if (passage === undefined) passage = { speaker: segment.speaker, startSeconds: segment.start, text };
    else passage.text = followedBy(passage.text, text);
    end = segment.end;
  }
  if (passage !== undefined) yield passage;
}

function isFull(text: string, pause: number): boolean {
  return pause >= LONG_PAUSE || text.length > TOO_MUCH || (text.length > ENOUGH && SENTENCE_END.test(text));
}

function followedBy(text: string, next: string): string {
  const spaceless =
    SPACELESS_EDGE.test(next.charAt(0)) &&
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}。、！？]$/u.test(text);
  return spaceless ? text + next : `${text} ${next}`;
}

/** `code: A sentence.` → `A sentence.` */
function withoutCode(warning: string): string {
  return warning.replace(/^[a-z_]+: /, '');
}

function noticeOf({ start, end, detail, outcome }: QualityFinding): string {
  return `${clock(start)}–${clock(Math.ceil(end))}: ${detail} (${OUTCOMES[outcome]})`;
}

function dateOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s\ufffe\uffff]+/gu, ' ')
    .trim();
}
