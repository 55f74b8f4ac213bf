import { FirstTables1763700000000 } from './1763700000000-first-tables.js';

/** In the order they run. Named one by one: a built app has no folder to search. */
export const MIGRATIONS = [FirstTables1763700000000];
