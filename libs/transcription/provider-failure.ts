import { UNTOLD_WAIT_SECONDS } from '#circuits';
import { FieldError } from '#errors';
import type { SpeechError, SpeechErrorKind } from '#speech';
import { failureReasons } from './transcription.errors.js';

/** The stretch of the recording a call was about. */
interface Stretch {
  startSeconds: number;
  endSeconds: number;
}

type Reason = Exclude<keyof typeof failureReasons, 'audio_deleted' | 'same_sound_in_work'>;

const REASON_OF_KIND: Record<SpeechErrorKind, Reason> = {
  rate_limited: 'provider_rate_limited',
  unavailable: 'provider_unavailable',
  invalid_audio: 'audio_refused',
  invalid_request: 'provider_unavailable',
  too_large: 'part_too_large',
  blocked: 'content_blocked',
  auth: 'provider_auth_failed',
  quota_exhausted: 'provider_quota_exhausted',
  unknown: 'provider_unavailable',
};

/**
 * What a failed provider call means for the transcription, in a sentence for the one who ordered it.
 * @param ownKey whether it was made with the workspace's own key
 */
export function providerFailure(error: SpeechError, { startSeconds, endSeconds }: Stretch, ownKey = false): FieldError {
  const { provider } = error;
  const part = `the part from ${Math.floor(startSeconds)} s to ${Math.ceil(endSeconds)} s`;
  const details: Record<Reason, string> = {
    provider_rate_limited: `${provider} takes no more requests for now.`,
    provider_unavailable: `${provider} gave no usable answer: ${error.message} Order the transcription again later, or with another provider.`,
    provider_auth_failed: ownKey
      ? `${provider} does not let the workspace's own key do this: ${error.message} Change at ${provider} what the key may do, or order the transcription with another model or provider.`
      : `${provider} refused the key of this server. Its operator corrects the key; then order the transcription again.`,
    provider_quota_exhausted: `The account at ${provider} has no quota left. Top it up, or order the transcription with another provider.`,
    audio_refused: `${provider} cannot read ${part}: ${error.message} Check that it plays, convert it (for example to FLAC) and upload it again.`,
    part_too_large: `${provider} does not take ${part} in one piece: ${error.message} Order the transcription with another model or provider.`,
    content_blocked: `${provider} refuses the content of ${part}. Order the transcription with another provider.`,
  };
  const reason = REASON_OF_KIND[error.kind];
  const retryAfterSeconds = error.retryAfterSeconds ?? (reason === 'provider_rate_limited' ? UNTOLD_WAIT_SECONDS : undefined);
  return new FieldError(failureReasons[reason], details[reason], { cause: error, retryAfterSeconds });
}
