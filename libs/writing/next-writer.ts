import { UNTOLD_WAIT_SECONDS } from '#circuits';
import { FieldError } from '#errors';
import type { LanguageProviderId } from '#language-models';
import { mostTellingFailure, type ProviderError, type ProviderErrorKind } from '#provider-calls';
import { providerKeyErrors } from '#provider-keys';
import { writingErrors } from './writing.errors.js';

type Reason = keyof typeof writingErrors;

const REASON_OF_KIND: Record<ProviderErrorKind, Reason> = {
  rate_limited: 'writer_rate_limited',
  unavailable: 'writer_unavailable',
  invalid_audio: 'writer_unavailable',
  invalid_request: 'request_refused_by_writer',
  too_large: 'text_too_long',
  blocked: 'writer_refused_content',
  auth: 'writer_auth_failed',
  quota_exhausted: 'writer_quota_exhausted',
  unknown: 'writer_unavailable',
};

/** Failures that say something about the text itself: whoever else is asked reads the same. */
const FINAL = new Set<string>([writingErrors.text_too_long.code, writingErrors.request_refused_by_writer.code]);

const OF_WRITERS = new Set<string>([
  ...Object.values(writingErrors).map(({ code }) => code),
  providerKeyErrors.provider_key_rejected.code,
  providerKeyErrors.provider_key_replaced.code,
]);

/** What a failed call means for the order, in a sentence for who gave it. */
export function failureOf(error: ProviderError, isOwnKey = false): FieldError {
  const { provider, kind, message } = error;
  const reason = REASON_OF_KIND[kind];
  const details: Record<Reason, string> = {
    writer_rate_limited: `${provider} takes no more requests for now. Try again later, or name another provider.`,
    writer_unavailable: `${provider} gave no usable answer: ${message} Try again later, or name another provider.`,
    writer_broke_off: `${provider} broke off in the middle of its answer: ${message} Nothing that came of it is whole. Ask again.`,
    writer_auth_failed: isOwnKey
      ? `${provider} does not let the workspace's own key do this: ${message} Change at ${provider} what the key may do, or name another model or provider.`
      : `${provider} does not let the key of this server do this. Its operator corrects the key; or name another provider.`,
    writer_quota_exhausted: `The account at ${provider} has no quota left. Top it up, or name another provider.`,
    writer_refused_content: `${provider} refuses what it was asked, or what it was about to answer. Name another provider.`,
    text_too_long: `${message} Ask about less, or for a shorter answer.`,
    request_refused_by_writer: `${provider} does not take the request: ${message} Change what is asked.`,
  };
  const retryAfterSeconds = error.retryAfterSeconds ?? (kind === 'rate_limited' ? UNTOLD_WAIT_SECONDS : undefined);
  return new FieldError(writingErrors[reason], details[reason], { cause: error, retryAfterSeconds });
}

/** A stream ended after text of it was given on: nobody else can go on where it stopped. */
export function brokeOff(provider: string, failure: FieldError): FieldError {
  const detail = `${provider} broke off in the middle of its answer: nothing that came of it is whole. Ask again.`;
  return new FieldError(writingErrors.writer_broke_off, detail, { cause: failure });
}

/** Nothing is sent to a provider for a while. */
export function waitFor(
  provider: LanguageProviderId,
  { reason, retryAfterSeconds }: { reason: string; retryAfterSeconds: number },
): FieldError {
  const detail = `Nothing is sent to ${provider} for now (${reason}). Try again in ${retryAfterSeconds} seconds, or name another provider.`;
  return new FieldError(writingErrors.writer_rate_limited, detail, { retryAfterSeconds });
}

export function noKey(provider: LanguageProviderId): FieldError {
  const detail = `There is no key for ${provider} any more. The operator sets one, or an admin of the workspace adds one with POST /api/v1/provider-keys; then ask again.`;
  return new FieldError(writingErrors.writer_auth_failed, detail);
}

/** Whether something thrown says why one engine did not write; all else ends the order. */
export function isOfWriter(error: unknown): error is FieldError {
  return error instanceof FieldError && OF_WRITERS.has(error.code);
}

/** Whether nobody else is to be asked after a failure. */
export function isFinal({ code }: FieldError): boolean {
  return FINAL.has(code);
}

/** What stands for several failures. @param failures that of the writer that was chosen first; at least one */
export function mostTelling(failures: readonly FieldError[]): FieldError {
  return mostTellingFailure(failures, isFinal);
}
