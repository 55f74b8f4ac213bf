import { FieldError } from '#errors';
import type { ByteSpan } from './object-store.js';
import { storageErrors } from './storage.errors.js';

/** A span with both ends known and inside the object. */
export interface ResolvedSpan {
  start: number;
  end: number;
}

/** One range of bytes; `ranges` with a comma do not match and are ignored, which RFC 9110 §14.2 allows. */
const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * Reads a `Range` header (RFC 9110 §14.1.2): `bytes=0-99`, open `bytes=100-`, suffix `bytes=-100`.
 * @param header as the client sent it
 * @param totalBytes size of the whole object
 * @returns the span to send with 206; `whole` when there is no range, or one that the RFC tells servers to ignore (another unit, bad
 *   syntax, several ranges); `unsatisfiable` when no byte of the object lies in it
 */
export function parseRange(header: string | undefined, totalBytes: number): ResolvedSpan | 'whole' | 'unsatisfiable' {
  const [matched, first = '', last = ''] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (matched === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') return suffix(Number(last), totalBytes);
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  if (end < start) return 'whole';
  return start < totalBytes ? { start, end: Math.min(end, totalBytes - 1) } : 'unsatisfiable';
}

function suffix(length: number, totalBytes: number): ResolvedSpan | 'unsatisfiable' {
  if (length === 0 || totalBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, totalBytes - length), end: totalBytes - 1 };
}

/** The error of a span without a byte in the object. */
export function rangeNotSatisfiable(totalBytes?: number): FieldError {
  const size = totalBytes === undefined ? '' : ` The object has ${totalBytes} bytes.`;
  return new FieldError(
    storageErrors.range_not_satisfiable,
    `No byte of the object lies in the range that was asked for.${size} Ask for a range within it.`,
    { members: totalBytes === undefined ? {} : { totalBytes } },
  );
}

/** Whether a caller of `get` asked for less than everything. @throws FieldError range_not_satisfiable for ends that cross */
export function isPartial(span: ByteSpan): boolean {
  const { start, end } = span;
  if ((start ?? 0) < 0 || (end ?? Infinity) < (start ?? 0)) throw rangeNotSatisfiable();
  return start !== undefined || end !== undefined;
}
