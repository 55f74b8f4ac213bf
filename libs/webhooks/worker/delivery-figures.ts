import { Injectable } from '@nestjs/common';
import { type Histogram, Log, Metrics } from '#observability';
import type { Sent } from './delivery-outcomes.js';
import type { SendOutcome } from './webhook-sender.js';

/** From an endpoint next door to one that does not answer in time, in seconds. */
const ANSWER_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
/** From at once to the last try, in seconds. */
const ARRIVAL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 1_800, 21_600, 86_400];

/** How the tries to deliver events go, each counted once, when it is written down. */
@Injectable()
export class DeliveryFigures {
  private readonly tries: Histogram<'outcome'>;
  private readonly arrivals: Histogram<never>;

  constructor(
    metrics: Metrics,
    private readonly log: Log,
  ) {
    this.tries = metrics.histogram(
      {
        name: 'steno_webhook_try_duration_seconds',
        help: 'How long endpoints of webhooks took for what they were sent, by outcome: delivered, refused, gone, no_answer.',
        labels: ['outcome'],
      },
      ANSWER_BUCKETS,
    );
    this.arrivals = metrics.histogram(
      { name: 'steno_webhook_delay_seconds', help: 'From an event to its arrival at an endpoint, whatever tries that took.' },
      ARRIVAL_BUCKETS,
    );
  }

  /** Counts and logs a try that is over. */
  count({ delivery, outcome }: Sent): void {
    const { at, milliseconds, status } = outcome.attempt;
    this.tries.observe({ outcome: kindOf(outcome) }, milliseconds / 1_000);
    if (outcome.result === 'delivered')
      this.arrivals.observe({}, Math.max(0, Date.parse(at) + milliseconds - delivery.event.createdAt.getTime()) / 1_000);
    this.log.info('Event sent', { deliveryId: delivery.id, result: outcome.result, status, milliseconds });
  }
}

function kindOf({ result, attempt }: SendOutcome): 'delivered' | 'refused' | 'gone' | 'no_answer' {
  if (result !== 'failed') return result;
  return attempt.status === null ? 'no_answer' : 'refused';
}
