import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { CallCounts, type CallTotal } from '#rate-limits';
import { exceeded } from './quota-amounts.js';
import { QuotaPeriods, type Standing } from './quota-periods.repository.js';
import { QuotaWarnings } from './quota-warnings.js';
import { type CountedCalls, WorkspaceCallsRepository } from './workspace-calls.repository.js';

const COUNTER = /^workspace:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{4}-\d\d-\d\d)$/;

/** For how long it is believed that a workspace has no quota of calls, or none left. */
const FRESH_MS = 2_000;
/** More is asked for in good time when so much is left of what was granted. */
const EARLY_SHARE = 0.25;
/** Workspaces that call at once and are worth remembering. */
const MOST_REMEMBERED = 10_000;

/** What this process may let through of a workspace's calls. */
interface Known {
  /** Calls that are granted and not made. */
  left: number;
  /** What was granted last. */
  granted: number;
  standing: Standing | null;
  /** When what is granted ends with its month, by the clock of this process. */
  endsAt: number;
  /** When it was asked last, by `performance.now()`. */
  askedAt: number;
  asking?: Promise<void>;
}

/**
 * The quota of API calls, exact however many processes there are: each lets through what the database granted it, a share of what is
 * left at a time, so that most requests ask nobody. Calls are counted where rate limits are, and come here in totals every few seconds;
 * what comes twice counts once. A process that is killed takes with it what it was granted and did not use, two in a hundred at most.
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

  /**
   * Lets one call through. Where the database cannot be asked it does: nothing can be done without it anyway.
   * @throws FieldError quota_exceeded when the workspace's calls are used up
   */
  async take(workspaceId: string): Promise<void> {
    const known = this.known.get(workspaceId) ?? this.remember(workspaceId);
    while (!this.takeGranted(workspaceId, known)) {
      if (this.isFresh(known) && known.standing !== null) {
        if (known.standing.limit === null) return;
        if (known.granted === 0) throw exceeded({ ...known.standing, used: known.standing.limit }, 1);
      }
      try {
        await this.ask(workspaceId, known);
      } catch (error) {
        this.log.debug('It is not known whether a workspace has calls left; the next request asks again', { error });
        return;
      }
    }
  }

  private takeGranted(workspaceId: string, known: Known): boolean {
    if (known.endsAt <= Date.now()) Object.assign(known, { left: 0, endsAt: Infinity, askedAt: -Infinity });
    if (known.left === 0) return false;
    known.left -= 1;
    if (known.left < known.granted * EARLY_SHARE) this.ask(workspaceId, known).catch(() => undefined);
    return true;
  }

  private isFresh({ askedAt }: Known): boolean {
    return performance.now() - askedAt < FRESH_MS;
  }

  /** Asks once for all who wait. */
  private ask(workspaceId: string, known: Known): Promise<void> {
    known.asking ??= this.grant(workspaceId, known).finally(() => (known.asking = undefined));
    return known.asking;
  }

  private async grant(workspaceId: string, known: Known): Promise<void> {
    const { standing, granted } = await this.database.inWorkspace(workspaceId, (tx) => this.periods.grantCalls(tx, workspaceId));
    // Where this clock is ahead of the database's, a month that is over by it lasts a little longer.
    const endsAt = Math.max(standing.resetAt?.getTime() ?? Infinity, Date.now() + FRESH_MS);
    Object.assign(known, { standing, granted, endsAt, left: known.left + granted, askedAt: performance.now() });
  }

  private remember(workspaceId: string): Known {
    const [oldest] = this.known.keys();
    if (this.known.size >= MOST_REMEMBERED && oldest !== undefined) this.known.delete(oldest);
    const known: Known = { left: 0, granted: 0, standing: null, endsAt: Infinity, askedAt: -Infinity };
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
