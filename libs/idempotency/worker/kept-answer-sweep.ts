import { Injectable } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { Log } from '#observability';
import { DailySweep } from '#queues/worker';
import { IdempotencyKeysRepository } from '../idempotency-keys.repository.js';

/** Removes the answers of requests that are no longer remembered, also of workspaces in which nobody asks for anything any more. */
@Injectable()
export class KeptAnswerSweep extends DailySweep {
  constructor(
    database: Database,
    log: Log,
    private readonly keys: IdempotencyKeysRepository,
  ) {
    super(database, log);
  }

  protected async remove(tx: SystemTransaction): Promise<Record<string, number>> {
    return { answers: await this.keys.sweepAll(tx) };
  }
}
