import { defineErrors, FieldError } from '#errors';

/** Everything that can go wrong between a room and its objects. */
export const storageErrors = defineErrors({
  object_not_found: {
    kind: 'not_found',
    title: 'The object does not exist',
    example: 'The object is not in the store any more. Upload the recording again.',
  },
  object_truncated: {
    kind: 'unavailable',
    title: 'The object arrived incomplete',
    example: 'The object store sent 1000 of 4000 bytes. Try again in 5 seconds.',
  },
  integrity: {
    kind: 'internal',
    title: 'The object is not the one that was stored',
    example: 'The object came back from the store other than it was stored, twice. The operator must check the store.',
  },
  object_too_large: {
    kind: 'too_large',
    title: 'The object is too large for the store',
    example: 'The object is larger than 83 GB, the most that 10 000 parts of 8 MiB hold. Send it in pieces.',
  },
  invalid_object_key: {
    kind: 'internal',
    title: 'The key of an object is not allowed',
    example: 'Object keys hold A-Z, a-z, 0-9, ".", "_", "-" and "/", at most 512 of them, and no "..".',
  },
  range_not_satisfiable: {
    kind: 'range_not_satisfiable',
    title: 'The range lies outside the object',
    example: 'The object has 4000 bytes, and the range starts behind its end. Ask for a range within it.',
  },
  storage_unavailable: {
    kind: 'unavailable',
    title: 'The object store does not answer',
    example: 'The object store does not answer right now. Nothing was kept; try again in 5 seconds.',
  },
  storage_misconfigured: {
    kind: 'unavailable',
    title: 'The object store refuses this installation',
    example: 'The object store refuses the credentials. The operator must check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
  },
  insufficient_storage: {
    kind: 'insufficient_storage',
    title: 'The object store is full',
    example: 'There is no room left for objects. The operator must free disk space; nothing was kept.',
  },
  parts_not_found: {
    kind: 'not_found',
    title: 'Nothing waits for this part',
    example: 'The upload of this part was completed, aborted or has expired. Begin a new one.',
  },
  part_refused: {
    kind: 'conflict',
    title: 'The part is not as it should be',
    example: 'Part 3 must have 10485760 bytes, and 1000 came. Send it again whole.',
  },
  link_invalid: {
    kind: 'forbidden',
    title: 'The link is not valid',
    example: 'The link was changed or was not made by this server. Ask for a new one.',
  },
  link_expired: {
    kind: 'gone',
    title: 'The link has expired',
    example: 'The link has expired. Ask for a new one.',
  },
});

/** The error of asking for an object that is not there. */
export function objectNotFound(cause?: unknown): FieldError {
  return new FieldError(storageErrors.object_not_found, storageErrors.object_not_found.example, { cause });
}

/** The error of a part whose upload is over. */
export function partsNotFound(cause?: unknown): FieldError {
  return new FieldError(storageErrors.parts_not_found, storageErrors.parts_not_found.example, { cause });
}

/** The error of a part that is not as it should be. @param detail what is wrong and what to do */
export function partRefused(detail: string): FieldError {
  return new FieldError(storageErrors.part_refused, detail);
}
