import type { SpeechPrice, SpeechUsage } from '#speech';

/**
 * What a call costs.
 * @param seconds of sound it was about
 * @param usage what the provider says it counted
 * @returns millionths of a US dollar, as the provider says or by the price table; null where nobody knows, which is not the same as nothing
 */
export function callCost(price: SpeechPrice, seconds: number, usage: SpeechUsage | undefined): number | null {
  if (usage?.costMicroDollars !== undefined) return usage.costMicroDollars;
  const { microDollarsPerMinute, leastSeconds = 0 } = price;
  return microDollarsPerMinute === null ? null : Math.round((microDollarsPerMinute * Math.max(seconds, leastSeconds)) / 60);
}
