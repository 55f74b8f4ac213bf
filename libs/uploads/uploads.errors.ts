import { defineErrors } from '#errors';

export const uploadErrors = defineErrors({
  upload_not_found: {
    kind: 'not_found',
    title: 'No such upload',
    example: 'There is no upload of that id in this workspace. GET /api/v1/uploads lists those there are.',
  },
  upload_over: {
    kind: 'conflict',
    title: 'The upload is over',
    example: 'The upload was aborted. Begin a new one with POST /api/v1/uploads.',
  },
  upload_gone: {
    kind: 'gone',
    title: 'The upload is gone',
    example: 'The upload has expired, and what had come of it is removed. Begin a new one.',
  },
  upload_incomplete: {
    kind: 'conflict',
    title: 'Parts are missing',
    example: '2 of 48 parts are missing: 7, 31. Send them, then complete the upload.',
  },
  upload_of_another_kind: {
    kind: 'conflict',
    title: 'The upload goes another way',
    example: 'This upload does not go in parts. Send its bytes with PATCH /api/v1/uploads/resumable/{id}.',
  },
  no_such_part: {
    kind: 'unprocessable',
    title: 'The upload has no such part',
    example: 'The upload has parts 1 to 48, and not 49. Ask for those.',
  },
  too_many_uploads: {
    kind: 'conflict',
    title: 'Too many uploads are open',
    example: '100 uploads are open in this workspace, the most there may be. Complete or abort some first.',
  },
  upload_offset_mismatch: {
    kind: 'conflict',
    title: 'The upload stands elsewhere',
    example: 'The bytes would not follow on what has come. Ask with HEAD for the Upload-Offset and go on from there.',
  },
  upload_busy: {
    kind: 'conflict',
    title: 'Another request sends to the upload',
    example: 'Another request is sending to this upload. Try again in 5 seconds.',
  },
  upload_exceeds_length: {
    kind: 'too_large',
    title: 'More bytes than announced',
    example: 'The request has more bytes than the upload still lacks. Ask with HEAD for Upload-Offset and Upload-Length.',
  },
  resumable_request_malformed: {
    kind: 'malformed',
    title: 'The request is not as tus 1.0 has it',
    example: 'The request is not as tus 1.0 has it: Invalid upload-length. See https://tus.io/protocols/resumable-upload.',
  },
  resumable_version_unsupported: {
    kind: 'precondition_failed',
    title: 'The version of the protocol is not spoken here',
    example: 'This route speaks tus 1.0.0. Send the header Tus-Resumable: 1.0.0.',
  },
});
