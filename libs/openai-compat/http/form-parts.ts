import type { Pieces } from '#media';

/** A part of a form that lies in memory. */
export interface FormPart {
  name: string;
  /** Whether it is a file, as browsers and SDKs mark one. */
  isFile: boolean;
  /** Empty where nobody said. */
  fileName: string;
  /** Where it lies; no copy. */
  content: Pieces;
}

/** Longer headers of a part are a mistake, or worse. */
const MOST_HEADER_BYTES = 16_384;
const MOST_PARTS = 1_000;

const END_OF_LINE = '\r\n';
const END_OF_HEADERS = Buffer.from('\r\n\r\n');
/** Behind a boundary; nobody writes any. */
const MOST_BLANKS = 100;

/**
 * The boundary that a Content-Type names.
 * @throws Error when it names none
 */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw new Error('Its Content-Type names no boundary');
  return boundary;
}

/**
 * The parts of a form that lies in memory, in their order (RFC 7578, RFC 2046 §5.1.1). Parts without a name are passed over.
 * @throws Error when it is no whole form; its message ends without a full stop
 */
export function* formParts(form: Pieces, boundary: string): Generator<FormPart> {
  const delimiter = Buffer.from(`${END_OF_LINE}--${boundary}`);
  const opening = delimiter.subarray(END_OF_LINE.length);
  const startsAtOnce = form.slice(0, opening.length).equals(opening);
  let from = startsAtOnce ? afterDelimiter(form, opening.length) : nextDelimiter(form, 0, delimiter).after;
  for (let count = 0; from !== 'end'; count += 1) {
    if (count === MOST_PARTS) throw new Error(`It has more than ${MOST_PARTS} parts`);
    if (from === 'none') throw new Error('A boundary stands in the middle of a line');
    // The line of the boundary ends where the headers begin, and where there are none they end at once.
    const headersEnd = form.indexOf(END_OF_HEADERS, from - END_OF_LINE.length);
    if (headersEnd < 0 || headersEnd - from > MOST_HEADER_BYTES) throw new Error('The headers of a part do not end');
    const start = headersEnd + END_OF_HEADERS.length;
    const { at, after } = nextDelimiter(form, start - END_OF_LINE.length, delimiter);
    const part = partOf(form.slice(from, headersEnd).toString(), form.cut(start, at));
    if (part !== undefined) yield part;
    from = after;
  }
}

/** What stands behind a delimiter: the place where a part begins, the end of the form, or anything else, so that it is none. */
type After = number | 'end' | 'none';

function nextDelimiter(form: Pieces, from: number, delimiter: Buffer): { at: number; after: After } {
  for (let at = form.indexOf(delimiter, from); at >= 0; at = form.indexOf(delimiter, at + 1)) {
    const after = afterDelimiter(form, at + delimiter.length);
    if (after !== 'none') return { at, after };
  }
  throw new Error('It ends in the middle of a part');
}

function afterDelimiter(form: Pieces, at: number): After {
  const behind = form.slice(at, at + MOST_BLANKS + END_OF_LINE.length).toString('latin1');
  if (behind.startsWith('--')) return 'end';
  const blanks = /^[ \t]*(?=\r\n)/.exec(behind)?.[0];
  return blanks === undefined ? 'none' : at + blanks.length + END_OF_LINE.length;
}

function partOf(headers: string, content: Pieces): FormPart | undefined {
  const disposition = headerOf(headers, 'content-disposition');
  if (disposition === undefined || !/^form-data\s*(;|$)/i.test(disposition)) return undefined;
  const name = parameterOf(disposition, NAME);
  if (name === undefined) return undefined;
  const fileName = encodedFileNameOf(disposition) ?? parameterOf(disposition, FILE_NAME);
  const isBytes = /^application\/octet-stream\s*(;|$)/i.test(headerOf(headers, 'content-type') ?? '');
  return { name, isFile: isBytes || fileName !== undefined, fileName: fileName?.replace(/^.*[/\\]/s, '') ?? '', content };
}

function headerOf(headers: string, name: string): string | undefined {
  for (const line of headers.split(END_OF_LINE)) {
    const colon = line.indexOf(':');
    if (colon > 0 && line.slice(0, colon).trim().toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/** Quotes in names stand behind a backslash. */
const NAME = /;\s*name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/is;
const FILE_NAME = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/is;
/** `filename*=UTF-8''…` (RFC 8187). */
const ENCODED_FILE_NAME = /;\s*filename\*=UTF-8'[^']*'([^\s;]+)/i;

function parameterOf(header: string, parameter: RegExp): string | undefined {
  const [, quoted, plain] = parameter.exec(header) ?? [];
  return quoted?.replaceAll(/\\(["\\])/g, '$1') ?? plain;
}

/** Undefined where it is in no such form. */
function encodedFileNameOf(header: string): string | undefined {
  const [, encoded] = ENCODED_FILE_NAME.exec(header) ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
