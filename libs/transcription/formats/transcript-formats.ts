import { type CaptionRules, USUAL_RULES } from './captions/caption-rules.js';
import { cuesOf } from './captions/cues.js';
import { toSrt, toVtt } from './captions/subtitle-files.js';
import { writeDocument } from './document-files.js';
import type { FinishedTranscription } from './finished-transcript.js';
import { toMarkdown } from './markdown.js';
import { toJson, toText, toTsv, toVerboseJson, toWords } from './text-files.js';
import { documentOf } from './transcript-document.js';
import { Turns } from './turns.js';

export const TRANSCRIPT_FORMATS = ['json', 'verbose_json', 'text', 'srt', 'vtt', 'tsv', 'words', 'md', 'docx', 'pdf'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

/** What the file of a format is. */
interface FileKind {
  contentType: string;
  extension: string;
}

const JSON_FILE = { contentType: 'application/json; charset=utf-8', extension: 'json' };

export const FILE_KINDS: Record<TranscriptFormat, FileKind> = {
  json: JSON_FILE,
  verbose_json: JSON_FILE,
  words: JSON_FILE,
  text: { contentType: 'text/plain; charset=utf-8', extension: 'txt' },
  srt: { contentType: 'application/x-subrip; charset=utf-8', extension: 'srt' },
  vtt: { contentType: 'text/vtt; charset=utf-8', extension: 'vtt' },
  tsv: { contentType: 'text/tab-separated-values; charset=utf-8', extension: 'tsv' },
  md: { contentType: 'text/markdown; charset=utf-8', extension: 'md' },
  docx: { contentType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', extension: 'docx' },
  pdf: { contentType: 'application/pdf', extension: 'pdf' },
};

/** Characters that go out at once. */
const PIECE_LENGTH = 64_000;

/**
 * Writes a finished transcript in a format, piece by piece, and lets the process do other things in between. `json` and
 * `verbose_json` have the members of OpenAI's answers of the same names, so that code written for those reads these.
 * @param rules for captions
 */
export async function* writeTranscript(
  format: TranscriptFormat,
  finished: FinishedTranscription,
  rules: CaptionRules = USUAL_RULES,
): AsyncGenerator<Uint8Array> {
  if (format === 'pdf' || format === 'docx') yield* writeDocument({ kind: format, content: documentOf(finished) });
  else yield* inPieces(await textOf(format, finished, rules));
}

async function textOf(
  format: Exclude<TranscriptFormat, 'pdf' | 'docx'>,
  finished: FinishedTranscription,
  rules: CaptionRules,
): Promise<Iterable<string>> {
  switch (format) {
    case 'json':
      return toJson(finished);
    case 'verbose_json':
      return toVerboseJson(finished);
    case 'words':
      return toWords(finished);
    case 'text':
      return toText(finished);
    case 'tsv':
      return toTsv(finished);
    case 'md':
      return toMarkdown(documentOf(finished));
    case 'srt':
      return toSrt(await cuesOf(finished.segments, rules, true));
    case 'vtt':
      return toVtt(await cuesOf(finished.segments, rules, false));
  }
}

async function* inPieces(parts: Iterable<string>): AsyncGenerator<Uint8Array> {
  const turns = new Turns();
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length >= PIECE_LENGTH) {
      yield Buffer.from(piece);
      piece = '';
    }
    await turns.give();
  }
  if (piece !== '') yield Buffer.from(piece);
}
