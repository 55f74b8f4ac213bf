import { Injectable } from '@nestjs/common';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { Reconciliation } from '../reconciliation.service.js';

const DAY_MS = 86_400_000;
/** The month that is billed next, and the days until somebody looks. */
const LOOKED_AT_DAYS = 35;
/** Disagreements that are logged one by one. */
const NAMED = 100;

/** Once a day compares what is billed with what was done, and says where they disagree: somebody has to look. */
@Injectable()
export class ReconciliationSweep extends RegularSweep {
  constructor(
    private readonly logger: Log,
    private readonly reconciliation: Reconciliation,
  ) {
    super(logger);
  }

  protected async remove(): Promise<Record<string, number>> {
    const findings = await this.reconciliation.findings(new Date(Date.now() - LOOKED_AT_DAYS * DAY_MS));
    for (const finding of findings?.slice(0, NAMED) ?? [])
      this.logger.error('What is billed is not what was done', { ...finding });
    return { disagreements: findings?.length ?? 0 };
  }
}
