import { S3ServiceException } from '@aws-sdk/client-s3';
import { FieldError } from '#errors';
import { rangeNotSatisfiable } from './byte-range.js';
import { systemCode } from './disk-errors.js';
import { objectNotFound, storageErrors } from './storage.errors.js';

/** Error codes that only the operator can make go away, and what to look at (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
const OPERATOR_MISTAKES: Record<string, string> = {
  NoSuchBucket: 'The bucket named by S3_BUCKET does not exist at S3_ENDPOINT. The operator must create it or correct the name.',
  InvalidBucketName: 'S3_BUCKET is not a valid bucket name. The operator must correct it.',
  AccessDenied:
    'The object store denies access to the bucket. The operator must check what S3_ACCESS_KEY_ID is allowed to do with S3_BUCKET.',
  InvalidAccessKeyId: 'The object store does not know the access key. The operator must check S3_ACCESS_KEY_ID.',
  SignatureDoesNotMatch:
    'The object store refuses the signature. The operator must check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
  ExpiredToken: 'The credentials of the object store have expired. The operator must renew them.',
  InvalidToken: 'The object store refuses the session token. The operator must renew the credentials.',
  RequestTimeTooSkewed: 'The clock of this machine is wrong by more than 15 minutes. The operator must set it.',
  PermanentRedirect: 'The bucket lies in another region. The operator must correct S3_REGION or S3_ENDPOINT.',
  AuthorizationHeaderMalformed: 'The bucket lies in another region. The operator must correct S3_REGION.',
  CredentialsProviderError:
    'No credentials for the object store were found. The operator must set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
};

/** MinIO, Ceph and Garage report a full disk or quota by these. */
const FULL = new Set(['XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded', 'QuotaExceeded', 'InsufficientCapacity']);

/** Codes of a connection that broke, also in the middle of a body; the other ERR_ codes of Node are mistakes of ours. */
const BROKEN_CONNECTION = /^(E(?!RR_)|HPE_|ERR_STREAM_PREMATURE_CLOSE$)/;

/**
 * Turns what the SDK threw into an error of the field, by code and status and never by its message. The SDK's own error
 * stays as the cause, for the log. What is not known stays as it is.
 */
export function translateS3Error<T>(error: T): T | FieldError {
  if (error instanceof FieldError) return error;
  const name = nameOf(error);
  const mistake = OPERATOR_MISTAKES[name];
  if (mistake !== undefined) return new FieldError(storageErrors.storage_misconfigured, mistake, { cause: error });
  const status = statusOf(error);
  if (name === 'InvalidRange' || status === 416) return rangeNotSatisfiable();
  if (FULL.has(name) || status === 507) {
    return new FieldError(storageErrors.insufficient_storage, storageErrors.insufficient_storage.example, { cause: error });
  }
  // An upload whose parts were swept away is begun anew; it says nothing about an object.
  if (name === 'NoSuchUpload') return storageUnavailable(error);
  if (status === 404) return objectNotFound(error);
  if (status === 401 || status === 403) {
    return new FieldError(storageErrors.storage_misconfigured, OPERATOR_MISTAKES['AccessDenied'] ?? '', { cause: error });
  }
  return isPassing(error, name, status) ? storageUnavailable(error) : error;
}

/** The error of a store that does not answer, or far too slowly. */
export function storageUnavailable(cause: unknown): FieldError {
  const detail =
    'The object store does not answer right now. Nothing was kept; try again in 5 seconds. If it stays, the operator must check S3_ENDPOINT and the server behind it.';
  return new FieldError(storageErrors.storage_unavailable, detail, { cause, retryAfterSeconds: 5 });
}

function isPassing(error: unknown, name: string, status: number | undefined): boolean {
  if (name === 'TimeoutError' || name === 'SlowDown' || BROKEN_CONNECTION.test(systemCode(error))) return true;
  return status === undefined ? wasSent(error) && name !== 'AbortError' : status >= 500 || status === 429 || status === 408;
}

/** The SDK counts its attempts on every error of sending; one without a status is one of the network. */
function wasSent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && '$metadata' in error;
}

function nameOf(error: unknown): string {
  const isNamed = typeof error === 'object' && error !== null && 'name' in error;
  return isNamed && typeof error.name === 'string' ? error.name : '';
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Sends something to the store, with its errors translated. */
export async function onS3<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateS3Error(error);
  }
}
