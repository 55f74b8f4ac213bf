import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { IdempotencyKeysRepository } from '../idempotency-keys.repository.js';

/** Removes the answers of requests that are no longer remembered, also of workspaces in which nobody asks for anything any more. */
@Injectable()
export class KeptAnswerSweep extends RegularSweep {
  constructor(
    private readonly database: Database,
    log: Log,
    private readonly keys: IdempotencyKeysRepository,
  ) {
    super(log);
  }

  protected async remove(): Promise<Record<string, number>> {
    return this.database.asSystem(async (tx) => ({ answers: await this.keys.sweepAll(tx) }));
  }
}
