import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { VERSION } from '#observability';
import { ObjectStore } from '#storage';
import { masterKeyIds } from '#vault';
import { dumpDatabase } from './database-dump.js';
import { loadDatabase, refuseRows } from './database-load.js';
import { FORMAT, type Manifest, readManifest, writeManifest } from './manifest.js';
import { copyObjects, returnObjects } from './object-copies.js';

/**
 * Copies an installation into a folder, and a folder into an empty installation. A backup holds rows and objects, and no secret of the
 * configuration: what is sealed in it opens with the master key alone, which is kept elsewhere.
 */
@Injectable()
export class Backups {
  constructor(
    private readonly config: Config,
    private readonly store: ObjectStore,
  ) {}

  /**
   * Makes a backup while everything runs. First the rows, then the objects: an object is there before its row is, so none is missing but
   * those that were deleted in between.
   * @param folder must not exist; it appears when the backup is whole
   */
  async make(folder: string): Promise<Manifest> {
    if (existsSync(folder)) throw new Error(`${folder} is there already. A backup is made in a folder of its own.`);
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(join(unfinished, 'database'), { recursive: true, mode: 0o700 });
    const database = await dumpDatabase(this.config.database.ownerUrl, unfinished);
    const objects = await copyObjects(this.store, unfinished);
    const manifest = { format: FORMAT, steno: VERSION, ...database, objects };
    await writeManifest(unfinished, manifest);
    await rename(unfinished, folder);
    return manifest;
  }

  /**
   * Brings a backup into an installation without rows, whose apps do not run. What was cut off may be done again.
   * @throws Error when there are rows, the master key is another, or the backup is damaged
   */
  async restore(folder: string): Promise<Manifest> {
    const manifest = await readManifest(folder);
    this.refuseOtherMasterKey(manifest);
    await refuseRows(this.config.database.ownerUrl);
    // Objects first: with the last row everything is there.
    await returnObjects(this.store, folder);
    await loadDatabase(this.config.database.ownerUrl, folder, manifest);
    return manifest;
  }

  private refuseOtherMasterKey({ masterKeys }: Manifest): void {
    const ours = masterKeyIds(this.config);
    const missing = masterKeys.filter((id) => !ours.includes(id));
    if (missing.length > 0)
      throw new Error(
        `What is sealed in the backup opens with a master key that is not configured (its id is ${missing.join(', ')}). ` +
          'Set MASTER_KEY to that of the installation the backup was made of, and restore again.',
      );
  }
}
