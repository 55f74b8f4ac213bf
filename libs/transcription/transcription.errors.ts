import { defineErrors } from '#errors';

/** Errors of requests. */
export const transcriptionErrors = defineErrors({
  channels_unsuitable: {
    kind: 'unprocessable',
    title: 'The recording has no such channels',
    example:
      'The recording has one channel, so that there is nothing to transcribe apart. Leave out "channels", or ask to tell speakers apart.',
  },
  transcription_not_found: {
    kind: 'not_found',
    title: 'No such transcription',
    example: 'There is no transcription of that id in this workspace. GET /api/v1/transcriptions lists those there are.',
  },
  transcript_not_ready: {
    kind: 'conflict',
    title: 'The transcript is not ready',
    example: 'The transcription is processing (42 %). Ask again when GET /api/v1/transcriptions/{id} says completed.',
  },
  transcription_finished: {
    kind: 'conflict',
    title: 'The transcription is over',
    example: 'The transcription is completed and cannot be cancelled.',
  },
  transcription_not_retryable: {
    kind: 'conflict',
    title: 'There is nothing to try again',
    example: 'The transcription is processing. It can be tried again once it failed or was cancelled.',
  },
  too_many_streams: {
    kind: 'rate_limited',
    title: 'Too many streams of events',
    example:
      'This workspace listens to 100 transcriptions already. Close some of them, or ask GET /api/v1/transcriptions/{id}/status instead.',
  },
});

/** Why a transcription failed; stands in its `error`. */
export const failureReasons = defineErrors({
  audio_deleted: {
    kind: 'not_found',
    title: 'The recording is gone',
    example: 'The recording was deleted before it was transcribed. Upload it again and order a new transcription.',
  },
  same_sound_in_work: {
    kind: 'rate_limited',
    title: 'The same sound is being transcribed',
    example: 'Transcription 019aa3a2-… is about the same sound with the same options; this one takes over its result.',
  },
  provider_rate_limited: {
    kind: 'rate_limited',
    title: 'The provider asks to wait',
    example: 'groq takes no more requests for now; the chunk waits 20 seconds.',
  },
  provider_unavailable: {
    kind: 'unavailable',
    title: 'The provider did not answer',
    example: 'openai gave no usable answer after 3 tries. Order the transcription again later, or with another provider.',
  },
  provider_auth_failed: {
    kind: 'unprocessable',
    title: 'The provider refused the key',
    example: 'openai refused the key of this server. Its operator corrects OPENAI_API_KEY; then order the transcription again.',
  },
  provider_quota_exhausted: {
    kind: 'unprocessable',
    title: "The provider's quota is used up",
    example: 'The account at openai has no quota left. Top it up, or order the transcription with another provider.',
  },
  audio_refused: {
    kind: 'unprocessable',
    title: 'The provider cannot read the recording',
    example:
      'openai cannot read the part from 300 s to 600 s. Check that it plays, convert it (for example to FLAC) and upload it again.',
  },
  part_too_large: {
    kind: 'unprocessable',
    title: 'A part is too much for the model',
    example:
      'openai does not take the part from 300 s to 600 s in one piece: openai wrote as much as it may before the sound ended. Order the transcription with another model or provider.',
  },
  content_blocked: {
    kind: 'unprocessable',
    title: 'The provider refuses the content',
    example: 'gemini refuses the content of the part from 300 s to 600 s. Order the transcription with another provider.',
  },
});
