import type { FinishedTranscription } from './finished-transcript.js';
import { spreadsheetCell } from './spreadsheet-cell.js';

/** The text alone. */
export function* toText({ transcription }: FinishedTranscription): Generator<string> {
  yield `${transcription.text ?? ''}\n`;
}

/** The text as OpenAI's `json` has it. */
export function* toJson({ transcription }: FinishedTranscription): Generator<string> {
  yield JSON.stringify({ text: transcription.text ?? '' });
}

/** The members of OpenAI's `verbose_json`, with speakers, confidence, quality and warnings besides. */
export function* toVerboseJson({ transcription, segments }: FinishedTranscription): Generator<string> {
  const { language, durationSeconds, text, quality, warnings } = transcription;
  const task = transcription.options.task ?? 'transcribe';
  yield opened({ task, language, duration: durationSeconds, text: text ?? '', quality, warnings });
  yield* list(
    'segments',
    segments.map(({ index, start, end, text, speaker, channel, confidence }) => ({
      ...{ id: index, start, end, text, speaker },
      ...(channel === null ? {} : { channel }),
      confidence,
    })),
  );
  yield ',';
  yield* list('words', wordsOf(segments));
  yield '}';
}

/** Each word with its times; none where the engine gave none. */
export function* toWords({ transcription, segments }: FinishedTranscription): Generator<string> {
  yield opened({ language: transcription.language, duration: transcription.durationSeconds });
  yield* list(
    'words',
    segments.flatMap(({ words, speaker }) =>
      words.map(({ text, start, end, confidence }) => ({ word: text, start, end, speaker, confidence })),
    ),
  );
  yield '}';
}

/** The columns of Whisper's `tsv`, whole milliseconds, and the speaker. */
export function* toTsv({ segments }: FinishedTranscription): Generator<string> {
  yield 'start\tend\ttext\tspeaker\n';
  for (const { start, end, text, speaker } of segments) {
    yield `${Math.round(start * 1_000)}\t${Math.round(end * 1_000)}\t${spreadsheetCell(text)}\t${spreadsheetCell(speaker ?? '')}\n`;
  }
}

function wordsOf(segments: FinishedTranscription['segments']): object[] {
  return segments.flatMap(({ words }) =>
    words.map(({ start, end, text, confidence }) => ({ word: text, start, end, confidence })),
  );
}

/** An object that goes on: its members, and a comma. */
function opened(members: object): string {
  return `${JSON.stringify(members).slice(0, -1)},`;
}

/** A long member of an object, piece by piece. */
function* list(name: string, items: readonly object[]): Generator<string> {
  yield `"${name}":[`;
  for (const [index, item] of items.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(item)}`;
  yield ']';
}
