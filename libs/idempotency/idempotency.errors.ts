import { defineErrors } from '#errors';

export const idempotencyErrors = defineErrors({
  idempotency_key_invalid: {
    kind: 'malformed',
    title: 'The Idempotency-Key is not good',
    example: 'Idempotency-Key must be 1 to 255 printable characters, best a UUID of its own for each thing you want made.',
  },
  idempotency_key_reused: {
    kind: 'unprocessable',
    title: 'The Idempotency-Key was used for something else',
    example: 'This Idempotency-Key came before with another request. Use a new key for a new request.',
  },
  idempotency_in_progress: {
    kind: 'conflict',
    title: 'The first request with this key is still running',
    example: 'The first request with this Idempotency-Key is still running. Send the same request again in 2 seconds.',
  },
  idempotency_answer_lost: {
    kind: 'conflict',
    title: 'The first request took effect but its answer is lost',
    example:
      'The first request with this Idempotency-Key took effect but was cut off before its answer was kept. What it made is at /api/v1/audio/019aa3a1-2b3c-7d4e-8f50-617283940a1b.',
  },
});
