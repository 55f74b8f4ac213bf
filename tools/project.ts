import { join } from 'node:path';

/** The folder that holds package.json. */
export const PROJECT = join(import.meta.dirname, '..');
