import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT } from '../project.ts';

interface PlantedTreeOptions {
  /** Text by path. */
  files: Record<string, string>;
  /** Files of the project to copy as they are. */
  copied: string[];
  /** Whether the tree sees the project's installed packages. */
  packages: boolean;
}

/**
 * Makes a small project in a temporary folder, to see what a rule says about it. The caller removes it.
 * @returns its folder
 */
export function plantTree({ files, copied, packages }: PlantedTreeOptions): string {
  const directory = mkdtempSync(join(tmpdir(), 'steno-planted-'));
  const place = (path: string): string => {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  for (const path of copied) copyFileSync(join(PROJECT, path), place(path));
  for (const [path, text] of Object.entries(files)) writeFileSync(place(path), text);
  if (packages) symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}
