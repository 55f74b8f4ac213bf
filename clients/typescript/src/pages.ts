import type { Page } from './models.ts';

/**
 * Every item of a list, page after page, each fetched when the one before is used up.
 * @param fetchPage gives the page behind the cursor; without one the first
 */
export async function* eachItem<Item>(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>): AsyncGenerator<Item> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await fetchPage(cursor);
    yield* page.data;
    cursor = page.nextCursor;
  }
}
