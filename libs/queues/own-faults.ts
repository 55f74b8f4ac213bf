/** Codes of the ground: when these fail, nothing is wrong with the work. */
export const OWN_FAULTS: ReadonlySet<string> = new Set([
  'database_unavailable',
  'storage_unavailable',
  'storage_misconfigured',
  'object_truncated',
  'ffmpeg_missing',
  'sandbox_unavailable',
  // This worker is not set up for the order; another one, or this one after its next start, may be.
  'provider_not_configured',
  'unknown_model',
  'no_speech_engine',
]);
