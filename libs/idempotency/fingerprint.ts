import { createHash } from 'node:crypto';

/** SHA-256 of the parts, hexadecimal; where one part ends and the next begins counts. */
export function fingerprintOf(...parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * What a form asks for, whatever its boundary and the order of its parts.
 * @param fields text fields by name
 * @param files SHA-256 of each file, by the name of its field
 */
export function fingerprintOfForm(fields: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>>): string {
  const sorted = (parts: object): unknown[] => Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1));
  return fingerprintOf(sorted(fields), sorted(files));
}
