import { defineErrors } from '#errors';

export const audioErrors = defineErrors({
  audio_not_found: {
    kind: 'not_found',
    title: 'No such recording',
    example: 'There is no recording of that id in this workspace. GET /api/v1/audio lists those there are.',
  },
  second_track_exists: {
    kind: 'conflict',
    title: 'The recording has two tracks already',
    example:
      'One of the two recordings has two tracks already, and no recording has three. Upload them as recordings of one track.',
  },
  same_recording: {
    kind: 'unprocessable',
    title: 'A recording cannot be joined with itself',
    example: 'Both ids are those of one recording. Send the id of the other recording of the event as audioId.',
  },
  track_not_found: {
    kind: 'not_found',
    title: 'No such track',
    example: 'The recording has one track. Leave out the track, or ask for track 1.',
  },
  recording_too_large: {
    kind: 'too_large',
    title: 'The recording is too large',
    example: 'The recording is larger than 500 MB, the most this server takes. Compress it, for example to Opus, or split it.',
  },
  checksum_mismatch: {
    kind: 'unprocessable',
    title: 'The recording is not the one that was announced',
    example: 'The SHA-256 of what arrived is not the one that was announced. Nothing was kept; send it again.',
  },
  upload_interrupted: {
    kind: 'malformed',
    title: 'The upload broke off',
    example: 'The upload broke off before the recording was complete. Nothing was kept; send it again.',
  },
  upload_expired: {
    kind: 'timeout',
    title: 'The upload took too long',
    example: 'The upload took longer than 6 hours and was given up. Nothing was kept; send it again.',
  },
  file_missing: {
    kind: 'unprocessable',
    title: 'There is no file in the request',
    example: 'The form has no file. Send the recording as the multipart field "file".',
  },
  form_unreadable: {
    kind: 'malformed',
    title: 'The form cannot be read',
    example:
      'The form cannot be read: Unexpected end of multipart data. Send the recording as multipart/form-data with the field "file".',
  },
  multipart_expected: {
    kind: 'unsupported_media',
    title: 'The body must be multipart/form-data',
    example: 'Send the recording as multipart/form-data with the field "file".',
  },
});
