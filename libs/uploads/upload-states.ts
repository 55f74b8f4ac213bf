import type { Upload, UploadStatus } from '#database';
import { FieldError } from '#errors';
import { uploadErrors } from './uploads.errors.js';

/** What became of an upload that is over, and what to do instead. */
const OUTCOMES: Record<Exclude<UploadStatus, 'open' | 'completing'>, (upload: Upload) => string> = {
  completed: () => 'The upload is complete, and what came of it was deleted meanwhile. Begin a new one to send it again.',
  failed: ({ errorDetail }) => `The upload failed: ${errorDetail ?? 'the reason is not known any more.'}`,
  aborted: () => 'The upload was aborted, and what had come of it is removed. Begin a new one.',
  expired: () => 'The upload has expired, and what had come of it is removed. Begin a new one.',
};

/** The status as it holds now: one whose time is over has expired, also before the sweep says so. */
export function statusOf({ status, expiresAt }: Upload): UploadStatus {
  const unfinished = status === 'open' || status === 'completing';
  return unfinished && expiresAt.getTime() <= Date.now() ? 'expired' : status;
}

/** Whether something can still be sent. @throws FieldError upload_over when not, or upload_gone where that is the word */
export function assertUnfinished(upload: Upload, error: 'upload_over' | 'upload_gone' = 'upload_over'): void {
  const status = statusOf(upload);
  if (status === 'open' || status === 'completing') return;
  throw new FieldError(uploadErrors[error], OUTCOMES[status](upload), {
    members: { uploadStatus: status, audioId: upload.audioId },
  });
}

export function uploadNotFound(): FieldError {
  return new FieldError(uploadErrors.upload_not_found, uploadErrors.upload_not_found.example);
}
