import { FieldError } from '#errors';
import { mostTellingFailure } from '#provider-calls';
import type { ProviderId } from '#speech';
import { failureReasons } from './transcription.errors.js';

/** Failures that say something about the sound itself: whoever else is asked reads the same bytes. */
const FINAL = new Set<string>([failureReasons.audio_refused.code, failureReasons.part_too_large.code]);

/** Whether nobody else is to be asked after a failure. */
export function isFinal({ code }: FieldError): boolean {
  return FINAL.has(code);
}

/** Of what one engine said, that which is over first. */
export function sooner(before: FieldError | undefined, now: FieldError): FieldError {
  return before === undefined ? now : mostTelling([before, now]);
}

/** What stands for several failures. @param failures that of the engine that was ordered first; at least one */
export function mostTelling(failures: readonly FieldError[]): FieldError {
  return mostTellingFailure(failures, isFinal);
}

/** Nothing is sent to a provider for a while, so the work waits; that is no failure of it. */
export function waitFor(
  provider: ProviderId,
  { reason, retryAfterSeconds }: { reason: string; retryAfterSeconds: number },
): FieldError {
  const detail = `Nothing is sent to ${provider} for now (${reason}); the part is tried again in ${retryAfterSeconds} seconds.`;
  return new FieldError(failureReasons.provider_rate_limited, detail, { retryAfterSeconds });
}

export function noKey(provider: ProviderId): FieldError {
  const detail = `There is no key for ${provider} any more. The operator sets one, or an admin of the workspace adds one with POST /api/v1/provider-keys; then order again.`;
  return new FieldError(failureReasons.provider_auth_failed, detail);
}
