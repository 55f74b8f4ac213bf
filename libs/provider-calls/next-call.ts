import type { FieldError } from '#errors';
import type { ProviderError } from './provider-error.js';

/** Whether another key at the same provider may do what this one could not. */
export function isAboutTheKey({ kind, keyRefused }: ProviderError): boolean {
  return kind === 'rate_limited' || kind === 'quota_exhausted' || (kind === 'auth' && keyRefused);
}

/**
 * What stands for several failures: one after which nobody else is asked; else the one that is over first, as long as waiting helps at
 * all; else the first.
 * @param failures that of whoever was ordered first; at least one
 */
export function mostTellingFailure(failures: readonly FieldError[], isFinal: (failure: FieldError) => boolean): FieldError {
  const [first] = failures;
  if (first === undefined) throw new Error('Nobody was asked, so nothing failed.');
  const waits = failures.filter(({ kind }) => kind === 'rate_limited');
  const [soonest] = waits.toSorted((a, b) => (a.retryAfterSeconds ?? Infinity) - (b.retryAfterSeconds ?? Infinity));
  return failures.find(isFinal) ?? soonest ?? failures.find(({ kind }) => kind === 'unavailable') ?? first;
}
