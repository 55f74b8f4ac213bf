import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { CallCounts, type CallTotal } from '#rate-limits';
import { exceeded } from './quota-amounts.js';
import { QuotaPeriods, type Standing } from './quota-periods.repository.js';
import { QuotaWarnings } from './quota-warnings.js';
import { type CountedCalls, WorkspaceCallsRepository } from './workspace-calls.repository.js';

const COUNTER = /^workspace:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{4}-\d\d-\d\d)$/;

/** How long a look at the rows is good for. */
const FRESH_MS = 5_000;
/** Workspaces that call at once and are worth remembering. */
const MOST_REMEMBERED = 10_000;

/** Where a workspace stood at the last look, and what it did in this process since. */
interface Known {
  standing: Standing | null;
  readAt: number;
  since: number;
}

/**
 * The quota of API calls. Calls are counted where rate limits are, and come here in totals every few seconds; what comes twice counts
 * once. A request asks no database: it is judged by a look at most some seconds old and what this process has let through since. So
 * several processes together may let through what they take in such a time beyond the quota; nothing is lost or counted twice.
 */
@Injectable()
export class CallQuotas implements OnModuleInit {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly database: Database,
    private readonly counts: CallCounts,
    private readonly periods: QuotaPeriods,
    private readonly calls: WorkspaceCallsRepository,
    private readonly warnings: QuotaWarnings,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.counts.register((totals) => this.write(totals.flatMap(ofWorkspace)));
  }

  /** @throws FieldError quota_exceeded when the workspace's calls are used up */
  refuseIfSpent(workspaceId: string): void {
    const known = this.known.get(workspaceId) ?? this.remember(workspaceId);
    if (performance.now() - known.readAt > FRESH_MS) this.lookAgain(workspaceId, known);
    const { standing, since } = known;
    if (standing !== null && standing.limit !== null && standing.used + since >= standing.limit)
      throw exceeded({ ...standing, used: standing.used + since }, 1);
    known.since += 1;
  }

  /** Reads where a workspace stands. */
  async refresh(workspaceId: string): Promise<void> {
    const known = this.known.get(workspaceId) ?? this.remember(workspaceId);
    known.readAt = performance.now();
    const before = known.since;
    known.standing = await this.database.inWorkspace(workspaceId, (tx) => this.periods.look(tx, workspaceId, 'calls'));
    known.since -= before;
  }

  private lookAgain(workspaceId: string, known: Known): void {
    known.readAt = performance.now();
    this.refresh(workspaceId).catch((error: unknown) => {
      this.log.debug('Where a workspace stands with its calls is not known; the next request looks again', { error });
    });
  }

  private remember(workspaceId: string): Known {
    const [oldest] = this.known.keys();
    if (this.known.size >= MOST_REMEMBERED && oldest !== undefined) this.known.delete(oldest);
    const known: Known = { standing: null, readAt: -Infinity, since: 0 };
    this.known.set(workspaceId, known);
    return known;
  }

  private async write(counted: readonly CountedCalls[]): Promise<void> {
    if (counted.length === 0) return;
    const named = [...new Set(counted.map(({ workspaceId }) => workspaceId))];
    await this.database.asSystem(async (tx) => {
      const living = new Set(await this.periods.lock(tx, named, 'calls'));
      const added = await this.calls.write(
        tx,
        counted.filter(({ workspaceId }) => living.has(workspaceId)),
      );
      for (const { workspaceId, ...standing } of await this.periods.add(tx, 'calls', added))
        await this.warnings.look(tx, workspaceId, standing);
    });
  }
}

/** None for counters of other things. */
function ofWorkspace({ counter, source, calls }: CallTotal): CountedCalls[] {
  const [, workspaceId, day] = COUNTER.exec(counter) ?? [];
  return workspaceId === undefined || day === undefined ? [] : [{ workspaceId, day, source, calls }];
}
