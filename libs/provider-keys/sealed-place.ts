import type { SealedPlace } from '#vault';

/** Where the vault seals a key for. */
export function placeOf(row: string): SealedPlace {
  return { table: 'provider_keys', column: 'sealed', row };
}
