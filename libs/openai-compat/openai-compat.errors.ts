import { defineErrors } from '#errors';

/** Errors of the routes that answer as OpenAI's do. */
export const openAiErrors = defineErrors({
  model_not_found: {
    kind: 'not_found',
    title: 'No such model',
    example:
      "There is no model 'whisper-9' here. Use one of: whisper-1, openai/gpt-4o-transcribe, groq/whisper-large-v3; GET /v1/models lists them all.",
  },
  unsupported_value: {
    kind: 'malformed',
    title: 'The model cannot do that',
    example:
      "response_format 'srt' needs times, and gpt-4o-transcribe of openai gives none. Use 'json' or 'text', or another model.",
  },
  too_busy: {
    kind: 'unavailable',
    title: 'Too many recordings at once',
    example: 'The server holds as many recordings in memory as it may. Send this one again in 1 second.',
  },
  still_transcribing: {
    kind: 'timeout',
    title: 'The transcript is not ready in time',
    example:
      'The recording is still being transcribed after 570 seconds. Nothing is lost: GET /api/v1/transcriptions/019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708 says when it is done.',
  },
  transcription_failed: {
    kind: 'internal',
    title: 'The transcription failed',
    example: 'Transcription 019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708 failed: openai gave no usable answer.',
  },
});
