import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { type Gauge, Metrics } from '#observability';

const STATES = ['open', 'completing'] as const;
const UNFINISHED = `SELECT status AS state, count(*)::int AS uploads FROM uploads WHERE status IN ('open', 'completing') GROUP BY status`;

interface Unfinished {
  state: (typeof STATES)[number];
  uploads: number;
}

/** Uploads under way, of all processes. */
@Injectable()
export class UploadFigures implements OnModuleInit {
  private readonly unfinished: Gauge<'state'>;

  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {
    this.unfinished = metrics.gauge({
      name: 'steno_uploads_unfinished',
      help: 'Uploads in parts and imports that are not over: open, or being completed.',
      labels: ['state'],
    });
  }

  onModuleInit(): void {
    this.metrics.whenAsked({
      source: 'uploads',
      read: () => this.database.asSystem((tx) => tx.query<Unfinished>(UNFINISHED)),
      show: (found) => this.show(found),
    });
  }

  private show(found: Unfinished[] | null): void {
    this.unfinished.clear();
    if (found === null) return;
    for (const state of STATES) this.unfinished.set({ state }, found.find((row) => row.state === state)?.uploads ?? 0);
  }
}
