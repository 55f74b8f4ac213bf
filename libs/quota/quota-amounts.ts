import type { QuotaResource } from '#database';
import { FieldError } from '#errors';
import { quotaErrors } from './quota.errors.js';
import type { Standing } from './quota-periods.repository.js';

/** The units in which callers see a resource, and how many of the ledger's are one. */
export const UNITS: Record<QuotaResource, { unit: 'bytes' | 'seconds' | 'calls' | 'tokens'; scale: number }> = {
  storage: { unit: 'bytes', scale: 1 },
  processing: { unit: 'seconds', scale: 1_000 },
  transcription: { unit: 'seconds', scale: 1_000 },
  calls: { unit: 'calls', scale: 1 },
  tokens: { unit: 'tokens', scale: 1 },
};

const NAMES: Record<QuotaResource, string> = {
  storage: 'storage',
  processing: 'processing of sound',
  transcription: 'transcription',
  calls: 'API calls',
  tokens: 'AI tokens',
};

const ADVICE: Record<QuotaResource, string> = {
  storage: 'Delete recordings that are no longer needed',
  processing: 'Order less at once',
  transcription: 'Order shorter recordings',
  calls: 'Ask less often',
  tokens: 'Ask for less',
};

/** An amount of the ledger as callers see it. */
export function shown(resource: QuotaResource, amount: number): number {
  return amount / UNITS[resource].scale;
}

/** What a resource is called in sentences. */
export function nameOf(resource: QuotaResource): string {
  return NAMES[resource];
}

/** An amount for people: `12.5 minutes`, `1 GB`, `1 000 calls`. */
export function inWords(resource: QuotaResource, amount: number): string {
  if (resource === 'storage')
    return amount >= 1e9 ? `${round(amount / 1e9)} GB` : amount >= 1e6 ? `${round(amount / 1e6)} MB` : `${amount} bytes`;
  if (resource === 'calls' || resource === 'tokens') return `${amount} ${resource}`;
  return amount >= 60_000 ? `${round(amount / 60_000)} minutes` : `${round(amount / 1_000)} seconds`;
}

/**
 * The answer to somebody who wants more than is left.
 * @param requested in the units of the ledger
 */
export function exceeded(standing: Standing, requested: number): FieldError {
  const { resource, used, reserved, limit, resetAt } = standing;
  const wait = resetAt === null ? '' : `, wait until ${resetAt.toISOString()}`;
  const inWork = reserved > 0 ? ` and ${inWords(resource, reserved)} are set aside for work under way` : '';
  const figures = {
    limit: shown(resource, limit ?? 0),
    used: shown(resource, used),
    reserved: shown(resource, reserved),
    requested: shown(resource, requested),
  };
  return new FieldError(
    quotaErrors.quota_exceeded,
    `This takes ${inWords(resource, requested)} of ${nameOf(resource)}; of the workspace's ${inWords(resource, limit ?? 0)} ` +
      `${inWords(resource, used)} are used${inWork}. ${ADVICE[resource]}${wait}, or have the plan changed.`,
    {
      ...(resetAt === null ? {} : { retryAfterSeconds: Math.max(1, Math.ceil((resetAt.getTime() - Date.now()) / 1_000)) }),
      members: { resource, unit: UNITS[resource].unit, ...figures, resetAt: resetAt?.toISOString() ?? null },
    },
  );
}

/** A refusal that stands while a job could try again: whoever ordered the work decides, not time. */
export async function refusedForGood<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FieldError) || error.code !== quotaErrors.quota_exceeded.code) throw error;
    throw new FieldError({ ...quotaErrors.quota_exceeded, kind: 'unprocessable' }, error.message, { members: error.members });
  }
}

function round(amount: number): number {
  return Math.round(amount * 10) / 10;
}
