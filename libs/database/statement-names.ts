import { LRUCache } from 'lru-cache';

/** Each connection keeps what it has prepared, some 50 kB of Postgres' memory a statement; the project has some hundred of them. */
const MOST = 500;
/** Texts that are put together as needed may never come again: one gets its name the second time, unless so many others came meanwhile. */
const WATCHED = 500;

const names = new Map<string, string>();
const seenOnce = new LRUCache<string, true>({ max: WATCHED });
let given = 0;

/**
 * The name a statement is prepared by, the same on all connections of this process.
 * @param text with `$1` … in place of what changes
 * @returns undefined where it is not worth it: the first time, and once 500 others have names
 */
export function statementName(text: string): string | undefined {
  const name = names.get(text);
  if (name !== undefined || names.size >= MOST) return name;
  if (seenOnce.has(text)) return nameAnew(text);
  seenOnce.set(text, true);
  return undefined;
}

/** What was prepared by the name of a text is of no use any more: from now on it has another. */
export function nameAnew(text: string): string {
  given += 1;
  const name = `steno_${given}`;
  names.set(text, name);
  return name;
}
