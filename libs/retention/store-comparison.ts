import { Injectable } from '@nestjs/common';
import { AudioObjects } from '#audio';
import { Database, type SystemTransaction } from '#database';
import { JobOutbox } from '#queues';
import { ObjectStore } from '#storage';
import { TranscriptionObjects } from '#transcription';
import { UploadObjects } from '#uploads';

/** Where store and rows disagree. `orphan`: an object of nobody. `missing`: a recording without its object. */
export interface Disagreement {
  kind: 'orphan' | 'missing';
  key: string;
}

/** A room that keeps objects below `workspaces/<id>/<folder>/<id of a row>/`. */
interface Keeper {
  existing(tx: SystemTransaction, ids: string[]): Promise<Set<string>>;
}

const BATCH = 500;
const PLACE = /^workspaces\/[0-9a-f-]{36}\/(?<folder>[a-z]+)\/(?<id>[0-9a-f-]{36})\//;

/** Finds objects that belong to no row, and recordings whose object is gone. Memory holds one batch of either. */
@Injectable()
export class StoreComparison {
  /** By folder. */
  private readonly keepers: Record<string, Keeper[]>;

  constructor(
    private readonly database: Database,
    private readonly store: ObjectStore,
    private readonly outbox: JobOutbox,
    private readonly audio: AudioObjects,
    uploads: UploadObjects,
    transcriptions: TranscriptionObjects,
  ) {
    this.keepers = { audio: [audio, uploads], transcriptions: [transcriptions] };
  }

  /** Every disagreement. The apps may run meanwhile: what is just being stored or deleted is none. */
  async *disagreements(): AsyncGenerator<Disagreement> {
    let batch: string[] = [];
    for await (const { key } of this.store.list('workspaces/')) {
      batch.push(key);
      if (batch.length < BATCH) continue;
      yield* this.orphansAmong(batch);
      batch = [];
    }
    yield* this.orphansAmong(batch);
    yield* this.missing();
  }

  private async *orphansAmong(keys: string[]): AsyncGenerator<Disagreement> {
    const suspects = await this.database.asSystem(async (tx) => {
      const ownerless = await this.ownerless(tx, keys);
      // Looked at after the rows: who deletes or has not yet written a row owes the removal of what lies there.
      const owed = (await this.outbox.owed(tx, 'storage.discard')).map(({ prefix }) => prefix);
      return ownerless.filter((key) => !owed.some((prefix) => key.startsWith(prefix)));
    });
    for (const key of suspects) if ((await this.store.head(key)) !== null) yield { kind: 'orphan', key };
  }

  private async ownerless(tx: SystemTransaction, keys: string[]): Promise<string[]> {
    const placed = keys.map((key) => ({ key, folder: '', id: '', ...PLACE.exec(key)?.groups }));
    const owned = new Set<string>();
    for (const [folder, keepers] of Object.entries(this.keepers)) {
      const here = placed.filter((place) => place.folder === folder);
      for (const keeper of keepers) {
        const existing = await keeper.existing(tx, [...new Set(here.map(({ id }) => id))]);
        for (const { key, id } of here) if (existing.has(id)) owned.add(key);
      }
    }
    return keys.filter((key) => !owned.has(key));
  }

  private async *missing(): AsyncGenerator<Disagreement> {
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<AudioObjects['page']>> = await this.database.asSystem((tx) =>
        this.audio.page(tx, after, BATCH),
      );
      for (const { id, objectKey } of page) {
        if ((await this.store.head(objectKey)) !== null) continue;
        // Deleted since the page was read?
        const there = await this.database.asSystem((tx) => this.audio.existing(tx, [id]));
        if (there.has(id)) yield { kind: 'missing', key: objectKey };
      }
      after = page.at(-1)?.id ?? null;
      if (page.length < BATCH) return;
    }
  }
}
