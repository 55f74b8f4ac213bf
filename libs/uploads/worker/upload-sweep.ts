import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { JobOutbox } from '#queues';
import { RegularSweep } from '#queues/worker';
import { UploadsRepository } from '../uploads.repository.js';
import { oweClearing } from '../uploads.service.js';

/** Long enough to look back at what was sent. */
const KEPT_DAYS = 30;
const EVERY_MS = 10 * 60_000;

/** Ends uploads that nobody finished in time, with what they stored, and forgets those that ended long ago. */
@Injectable()
export class UploadSweep extends RegularSweep {
  protected override readonly everyMs = EVERY_MS;

  constructor(
    private readonly database: Database,
    log: Log,
    private readonly uploads: UploadsRepository,
    private readonly outbox: JobOutbox,
  ) {
    super(log);
  }

  protected async remove(): Promise<Record<string, number>> {
    return this.database.asSystem(async (tx) => {
      const expired = await this.uploads.expire(tx);
      for (const upload of expired) await oweClearing(this.outbox, tx, upload);
      return { expiredUploads: expired.length, oldUploads: await this.uploads.forget(tx, KEPT_DAYS) };
    });
  }
}
