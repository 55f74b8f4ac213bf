/** What a plan limits: bytes stored, milliseconds of sound decoded, milliseconds of sound transcribed, calls of the API, tokens. */
export const QUOTA_RESOURCES = ['storage', 'processing', 'transcription', 'calls', 'tokens'] as const;
export type QuotaResource = (typeof QUOTA_RESOURCES)[number];
