import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { type Gauge, Metrics } from '#observability';

/** The open deliveries to endpoints that take what they are sent, or to those that fail. */
interface Backlog {
  failing: boolean;
  waiting: number;
  later: number;
  sending: number;
  /** How long the one has waited that is owed a try for longest; null when none is. */
  oldestSeconds: number | null;
}

/**
 * A delivery that was never tried has waited since it was written; one that is tried again, since it was due. What is replayed has no
 * such time and is left out.
 */
const OWED_SINCE = `coalesce(d.due_at, CASE WHEN d.turn = 0 THEN d.created_at END)`;
const LATER = `d.status = 'waiting' AND d.due_at > now()`;
const WAITING = `(d.status = 'parked' OR d.status = 'waiting' AND coalesce(d.due_at <= now(), true))`;

const OPEN = `
SELECT e.failing_since IS NOT NULL AS failing,
  count(*) FILTER (WHERE ${WAITING})::int AS waiting,
  count(*) FILTER (WHERE ${LATER})::int AS later,
  count(*) FILTER (WHERE d.status = 'sending')::int AS sending,
  extract(epoch FROM now() - min(${OWED_SINCE}) FILTER (WHERE ${WAITING}))::float8 AS "oldestSeconds"
FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
WHERE d.status IN ('parked', 'waiting', 'sending') GROUP BY 1`;

/** How many events are on their way to endpoints, and for how long: read from the rows by whichever process is asked. */
@Injectable()
export class DeliveryBacklog implements OnModuleInit {
  private readonly open: Gauge<'endpoint' | 'state'>;
  private readonly oldest: Gauge<'endpoint'>;

  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {
    this.open = metrics.gauge({
      name: 'steno_webhook_deliveries',
      help: 'Events that are owed to endpoints and wait, wait for a later try, or are being sent; by whether the endpoint is well or failing.',
      labels: ['endpoint', 'state'],
    });
    this.oldest = metrics.gauge({
      name: 'steno_webhook_oldest_delivery_seconds',
      help: 'How long the event has waited that is owed a try for longest; 0 when none waits.',
      labels: ['endpoint'],
    });
  }

  onModuleInit(): void {
    this.metrics.whenAsked({ source: 'webhooks', read: () => this.read(), show: (found) => this.show(found) });
  }

  private async read(): Promise<Backlog[]> {
    return this.database.asSystem((tx) => tx.query<Backlog>(OPEN));
  }

  private show(found: Backlog[] | null): void {
    for (const gauge of [this.open, this.oldest]) gauge.clear();
    if (found === null) return;
    for (const endpoint of ['well', 'failing'] as const) {
      const backlog = found.find(({ failing }) => failing === (endpoint === 'failing'));
      for (const state of ['waiting', 'later', 'sending'] as const) this.open.set({ endpoint, state }, backlog?.[state] ?? 0);
      this.oldest.set({ endpoint }, backlog?.oldestSeconds ?? 0);
    }
  }
}
