import type { LanguageCost, LanguagePrice, LanguageUsage } from './language-provider.js';

const MILLION = 1_000_000;
const UNKNOWN: LanguageCost = { microDollars: null, source: 'unknown' };

/**
 * What a call cost: what the provider says, else what our table makes of its usage.
 * @param dollars the provider's own figure
 */
export function costOf(usage: LanguageUsage | undefined, price: LanguagePrice, dollars?: number): LanguageCost {
  if (dollars !== undefined && dollars >= 0) return { microDollars: microDollarsOf(dollars), source: 'provider' };
  if (usage === undefined || price.input === null || price.output === null) return UNKNOWN;
  const { inputTokens, outputTokens, cachedInputTokens } = usage;
  const input = (inputTokens - cachedInputTokens) * price.input + cachedInputTokens * (price.cachedInput ?? price.input);
  return { microDollars: Math.ceil((input + outputTokens * price.output) / MILLION), source: 'prices' };
}

/** Rounded up, but for the noise of binary fractions: 0.000012 dollars are 12, not 13. */
function microDollarsOf(dollars: number): number {
  return Math.ceil(Number((dollars * MILLION).toFixed(3)));
}

/** The cost of several calls; one that is unknown makes the sum unknown. */
export function sumOfCosts(costs: readonly LanguageCost[]): LanguageCost {
  const known = costs.map(({ microDollars }) => microDollars).filter((cost) => cost !== null);
  if (known.length < costs.length || costs.length === 0) return UNKNOWN;
  const microDollars = known.reduce((sum, cost) => sum + cost, 0);
  return { microDollars, source: costs.every(({ source }) => source === 'provider') ? 'provider' : 'prices' };
}

/** The usage of several calls; undefined when one of them did not say. */
export function sumOfUsages(usages: readonly (LanguageUsage | undefined)[]): LanguageUsage | undefined {
  const known = usages.filter((usage) => usage !== undefined);
  if (known.length < usages.length || usages.length === 0) return undefined;
  return known.reduce((sum, usage) => ({
    inputTokens: sum.inputTokens + usage.inputTokens,
    outputTokens: sum.outputTokens + usage.outputTokens,
    cachedInputTokens: sum.cachedInputTokens + usage.cachedInputTokens,
  }));
}
