import { Injectable } from '@nestjs/common';
import type { QuotaResource, Transaction } from '#database';
import { Events } from '#events';
import { JobOutbox } from '#queues';
import { ProductEvents } from '#webhooks';
import type { Standing } from './quota-periods.repository.js';

/** Shares of a quota at which a workspace is told. */
const LINES = [80, 100];

/** Unique by workspace, resource, month and line: once, whoever crosses it at the same moment. */
const WARN = `
INSERT INTO quota_warnings (id, workspace_id, resource, month, percent)
SELECT gen_random_uuid(), w.id, $2, date_trunc('month', now() AT TIME ZONE w.timezone)::date, percent
FROM workspaces w CROSS JOIN unnest($3::smallint[]) AS percent WHERE w.id = $1
ON CONFLICT DO NOTHING RETURNING id, percent`;

/** Tells a workspace once a month that a quota is nearly, or all, used: those who listen at once, its owners and admins by letter. */
@Injectable()
export class QuotaWarnings {
  constructor(
    private readonly events: Events,
    private readonly outbox: JobOutbox,
    private readonly outside: ProductEvents,
  ) {}

  /** In the transaction that used something: tells when that crossed a line. Of two lines crossed at once the higher is told. */
  async look(tx: Transaction, workspaceId: string, { resource, used, limit }: Standing): Promise<void> {
    const crossed = linesBelow({ used, limit });
    if (crossed.length > 0) await this.warn(tx, workspaceId, resource, crossed);
  }

  /** Whether there may be something to tell. */
  isDue(standing: Standing): boolean {
    return linesBelow(standing).length > 0;
  }

  private async warn(tx: Transaction, workspaceId: string, resource: QuotaResource, crossed: number[]): Promise<void> {
    const warned = await tx.query<{ id: string; percent: number }>(WARN, [workspaceId, resource, crossed]);
    const highest = warned.toSorted((one, other) => other.percent - one.percent)[0];
    if (highest === undefined || highest.percent !== crossed.at(-1)) return;
    await this.events.publish(tx, `quota:${workspaceId}`);
    const payload = { resource, percent: highest.percent };
    const type = highest.percent === 100 ? 'quota.exceeded' : 'quota.warning';
    await this.outside.record(tx, workspaceId, type, highest.id, payload);
    await this.outbox.add(tx, 'quota.warn', { workspaceId, subjectId: highest.id, payload });
  }
}

function linesBelow({ used, limit }: Pick<Standing, 'used' | 'limit'>): number[] {
  return limit === null || limit === 0 ? [] : LINES.filter((percent) => used * 100 >= limit * percent);
}
