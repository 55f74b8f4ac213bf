import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of this description; a later one may mean something else by it. */
export const FORMAT = 1;

/** A table as it was: what lies in `database/<name>.jsonl.gz`. */
export interface TableCopy {
  name: string;
  /** All of them, in the order a row's text has them. */
  columns: string[];
  rows: number;
}

/** What a backup holds. Written last: a folder without it is none. */
export interface Manifest {
  format: number;
  /** Which version of Steno made it. */
  steno: string;
  /** When the rows were as they are in it. */
  at: string;
  /** Ids of the master keys that its secrets are sealed with. The keys themselves are not in it. */
  masterKeys: string[];
  /** That led to these tables, by name. */
  migrations: string[];
  /** Those that others refer to first. */
  tables: TableCopy[];
  /** The last number each identity column gave out, by `table.column`. */
  numbers: Record<string, string>;
  objects: { count: number; bytes: number };
}

const NAME = 'backup.json';

/** Writes down what the folder holds. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, NAME), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
}

/**
 * Reads what the folder holds.
 * @throws Error when it is no backup, or one of a later form
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, NAME), 'utf8').catch((cause: unknown) => {
    throw new Error(`${folder} is no backup: it holds no ${NAME}. A backup that was cut off does not either.`, { cause });
  });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== FORMAT)
    throw new Error(
      `The backup is of form ${manifest.format}, and this version of Steno reads form ${FORMAT}. Use the version that made it.`,
    );
  return manifest;
}
