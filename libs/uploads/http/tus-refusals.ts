import { FieldError } from '#errors';
import { uploadNotFound } from '../upload-states.js';
import { uploadErrors } from '../uploads.errors.js';

/** How the library says no: with a status and a text of its own. */
export interface TusRefusal {
  status_code: number;
  body: string;
}

/** Whether the library threw it. */
export function isTusRefusal(error: unknown): error is TusRefusal {
  return typeof error === 'object' && error !== null && 'status_code' in error && 'body' in error;
}

/** The library's refusal as an error of the field, of the status that the protocol has for it. */
export function toFieldError({ status_code: status, body }: TusRefusal): FieldError {
  switch (status) {
    case 404:
      return uploadNotFound();
    case 409:
      return new FieldError(uploadErrors.upload_offset_mismatch, uploadErrors.upload_offset_mismatch.example);
    case 410:
      return new FieldError(uploadErrors.upload_gone, uploadErrors.upload_gone.example);
    case 413:
      return new FieldError(uploadErrors.upload_exceeds_length, uploadErrors.upload_exceeds_length.example);
    default:
      return malformed(body.trim().replace(/\.$/, ''));
  }
}

/** The error of a request that is not as the protocol has it. @param reason without a full stop */
export function malformed(reason: string): FieldError {
  const detail = `The request is not as tus 1.0 has it: ${reason}. See https://tus.io/protocols/resumable-upload.`;
  return new FieldError(uploadErrors.resumable_request_malformed, detail);
}
