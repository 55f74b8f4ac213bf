/** Which part of a list: by number, or after a cursor (keyset: the rows before it are not read again). */
export interface PageRequest {
  /** From 1; not looked at when there is a cursor. */
  page: number;
  limit: number;
  /** Id of the last item of the page before. */
  after?: string;
}

/** A part of a list, newest first. */
export interface Page<Item> {
  items: Item[];
  total: number;
  page: number;
  limit: number;
  /** Whether the list goes on after these items. */
  more: boolean;
}

/**
 * The page that was asked for.
 * @param found the page's items and, where the list goes on, one more: ask for `limit + 1`
 */
export function pageOf<Item>(found: Item[], total: number, { page, limit }: PageRequest): Page<Item> {
  return { items: found.slice(0, limit), total, page, limit, more: found.length > limit };
}

/** The opaque text a client gives back to continue after an item. */
export function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** The id inside a cursor, or null when it is not one of ours. */
export function idOfCursor(cursor: string): string | null {
  const id = Buffer.from(cursor, 'base64url').toString();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}
