import { FieldError } from '#errors';
import { storageErrors } from './storage.errors.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);
const PASSING = new Set(['EMFILE', 'ENFILE', 'EIO', 'EBUSY', 'ESTALE', 'ETIMEDOUT']);

/** The `code` of a failed system call, or an empty text. Told by its shape: errors of the file system may come from another realm. */
export function systemCode(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : '';
}

/** Turns a failed system call into an error of the field; anything else stays as it is. */
export function translateDiskError<T>(error: T): T | FieldError {
  const code = systemCode(error);
  if (FULL.has(code))
    return new FieldError(storageErrors.insufficient_storage, storageErrors.insufficient_storage.example, { cause: error });
  if (REFUSED.has(code)) {
    const detail = `The directory of the objects cannot be used (${code}). The operator must let this process read and write STENO_HOME/objects.`;
    return new FieldError(storageErrors.storage_misconfigured, detail, { cause: error });
  }
  if (PASSING.has(code)) {
    const detail = `The disk of the objects does not answer (${code}). Nothing was kept; try again in 5 seconds.`;
    return new FieldError(storageErrors.storage_unavailable, detail, { cause: error, retryAfterSeconds: 5 });
  }
  return error;
}

/** Runs file system work, with its errors translated. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDiskError(error);
  }
}

/** Runs file system work on something that may not be there: then the answer is undefined. */
export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw translateDiskError(error);
  }
}
