import { defineErrors } from '#errors';

/** Errors of quotas. */
export const quotaErrors = defineErrors({
  quota_exceeded: {
    kind: 'rate_limited',
    title: 'The quota is used up',
    example:
      'This takes 12 minutes of transcription; of the 30 of this month 25 are used and 0 set aside for work under way. Wait until 2026-12-01T00:00:00.000Z, or book a larger plan.',
  },
});
