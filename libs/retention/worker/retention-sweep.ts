import { Injectable } from '@nestjs/common';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { RetentionService } from '../retention.service.js';

/** Days are promised; ten minutes late is on time. */
const EVERY_MS = 10 * 60_000;

/** Applies the retention of all workspaces, in every worker. */
@Injectable()
export class RetentionSweep extends RegularSweep {
  protected override readonly everyMs = EVERY_MS;

  constructor(
    log: Log,
    private readonly retention: RetentionService,
  ) {
    super(log);
  }

  protected async remove(signal: AbortSignal): Promise<Record<string, number>> {
    return { ...(await this.retention.apply(signal)) };
  }
}
