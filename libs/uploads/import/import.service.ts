import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database, type Upload } from '#database';
import { IdempotentEffects } from '#idempotency';
import { OutgoingClient, type OutgoingScheme } from '#outgoing';
import { JobOutbox } from '#queues';
import { Vault } from '#vault';
import { nameFrom } from './import-name.js';
import { UploadsRepository } from '../uploads.repository.js';
import { MOST_UNFINISHED, tooManyUploads } from '../uploads.service.js';
import { ImportsRepository, sourcePlace } from './imports.repository.js';

/** What recordings are fetched by. */
export const IMPORT_SCHEMES: readonly OutgoingScheme[] = ['https', 'http'];

/** What is to be fetched. */
export interface ImportWish {
  /** Where from; it may be a signed link, so it is kept sealed and forgotten at the end. */
  url: string;
  name?: string;
  /** What the file must hash to, hexadecimal. */
  sha256?: string;
}

/** Orders to fetch recordings. */
@Injectable()
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly uploads: UploadsRepository,
    private readonly imports: ImportsRepository,
    private readonly outgoing: OutgoingClient,
    private readonly vault: Vault,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
  ) {}

  /**
   * Orders a recording to be fetched. Once it returns, the order survives everything.
   * @throws FieldError address_invalid, port_refused, host_not_public, too_many_uploads
   */
  async order({ workspaceId, userId }: { workspaceId: string; userId: string }, wish: ImportWish): Promise<Upload> {
    const url = this.outgoing.check(wish.url, IMPORT_SCHEMES);
    const id = uuidv7();
    return this.database.inWorkspace(workspaceId, async (tx) => {
      if (!(await this.uploads.hasRoom(tx, MOST_UNFINISHED))) throw tooManyUploads();
      await this.effects.mark(tx, `/api/v1/uploads/${id}`);
      const upload = await this.imports.insert(tx, {
        id,
        createdBy: userId,
        name: wish.name ?? nameFrom(url),
        sha256: wish.sha256?.toLowerCase() ?? null,
        // Nothing ever lies there: each try to fetch it puts the recording at a place of its own.
        objectKey: `workspaces/${workspaceId}/uploads/${id}/original`,
        sourceHost: url.hostname,
        sealedSource: await this.vault.seal(tx, workspaceId, sourcePlace(id), url.href),
      });
      await this.outbox.add(tx, 'audio.import', { workspaceId, subjectId: id, payload: {} });
      return upload;
    });
  }
}
