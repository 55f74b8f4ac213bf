import { secondsLeft, type Standing } from '../rate-limits.js';

/** The fields of draft-ietf-httpapi-ratelimit-headers. Names of policies need no escapes. */
export function rateLimitHeaders(standings: readonly Standing[]): Record<string, string> {
  if (standings.length === 0) return {};
  return {
    'ratelimit-policy': listOf(standings, ({ policy, limit }) => `"${policy.name}";q=${limit};w=${policy.windowSeconds}`),
    ratelimit: listOf(standings, ({ policy, remaining, leftMs }) => `"${policy.name}";r=${remaining};t=${secondsLeft(leftMs)}`),
  };
}

function listOf(standings: readonly Standing[], item: (standing: Standing) => string): string {
  return standings.map(item).join(', ');
}
