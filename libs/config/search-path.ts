import { delimiter } from 'node:path';

/** The folders in which outside programs are looked for: `PATH` as the process got it. */
export function searchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}
