/** One entry of RATE_LIMITS. */
export interface RateLimitSetting {
  /** Which limit; null for all. */
  policy: string | null;
  /** What it is from now on; null when it is off. */
  rate: { limit: number; windowSeconds: number } | null;
}

/** `off`, `name=off` or `name=requests/seconds`; at most 999 999 999 requests and 31 days. */
export const RATE_LIMIT_SETTING = /^(?:off|([a-z]+(?:-[a-z]+)*)=(?:off|([1-9]\d{0,8})\/([1-9]\d{0,5}|1\d{6}|2[0-5]\d{5})))$/;

/** Reads an entry that fits the pattern above. */
export function readRateLimitSetting(text: string): RateLimitSetting {
  const [, policy, limit, windowSeconds] = RATE_LIMIT_SETTING.exec(text) ?? [];
  return {
    policy: policy ?? null,
    rate: limit === undefined ? null : { limit: Number(limit), windowSeconds: Number(windowSeconds) },
  };
}
