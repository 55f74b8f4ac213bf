import { FieldError } from '#errors';
import { storageErrors } from './storage.errors.js';

const MAX_KEY_LENGTH = 512;
/** A segment becomes a file name with a suffix on local disk, and file systems stop at 255 bytes. */
const SEGMENT = /^[A-Za-z0-9._-]{1,200}$/;

/** Refuses a key that could mean another place on some store. @throws FieldError invalid_object_key */
export function assertObjectKey(key: string): void {
  if (key.length > MAX_KEY_LENGTH || !key.split('/').every(isSegment)) throw refused('key', key);
}

/** Refuses a prefix that is not a whole number of segments. @throws FieldError invalid_object_key */
export function assertObjectPrefix(prefix: string): void {
  if (!prefix.endsWith('/') || prefix.length > MAX_KEY_LENGTH || !prefix.slice(0, -1).split('/').every(isSegment)) {
    throw refused('prefix', prefix);
  }
}

function isSegment(segment: string): boolean {
  return SEGMENT.test(segment) && segment !== '.' && segment !== '..';
}

function refused(what: 'key' | 'prefix', given: string): FieldError {
  const shown = JSON.stringify(given.slice(0, 80));
  const ending = what === 'prefix' ? ' A prefix ends with "/".' : '';
  return new FieldError(
    storageErrors.invalid_object_key,
    `The object ${what} ${shown} is not allowed: use A-Z, a-z, 0-9, ".", "_", "-" and "/", at most ${MAX_KEY_LENGTH} characters (200 between two "/"), no empty segment and no "..".${ending}`,
  );
}
