import { Injectable } from '@nestjs/common';
import type { WebhookEndpoint, WorkspaceTransaction } from '#database';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { DeliveriesRepository, type Turn } from '../deliveries.repository.js';
import { EndpointVault } from '../endpoint-secrets.js';
import { type Baggage, Courier, roomBeside, turnsOf, withoutWaiting } from './courier.js';
import { DeliveryFigures } from './delivery-figures.js';
import { DeliveryOutcomes } from './delivery-outcomes.js';
import { WebhookSender } from './webhook-sender.js';

/** An endpoint that took something so lately is sent what waits for it without being tried first. */
const FLOWING_MS = 3_000;

/**
 * Sends an event to an endpoint. A worker that dies after the endpoint took it and before the commit has it sent once more, with the
 * same webhook-id: twice is better than never, and receivers know it again. Which try it is and when the next comes is the delivery's
 * own affair: each is a job of its own, or goes along with another's.
 */
@Injectable()
@OnJob('webhooks.deliver')
export class DeliverHandler implements JobHandler<'webhooks.deliver'> {
  constructor(
    private readonly outcomes: DeliveryOutcomes,
    private readonly deliveries: DeliveriesRepository,
    private readonly vault: EndpointVault,
    private readonly sender: WebhookSender,
    private readonly figures: DeliveryFigures,
  ) {}

  async run(job: ClaimedJob<'webhooks.deliver'>): Promise<void> {
    const baggage = await job.write(async (tx) => {
      await withoutWaiting(tx);
      return this.pack(tx, job);
    });
    if (baggage === null) return job.commit(() => Promise.resolve());
    const { outcomes, deliveries, sender, figures } = this;
    await new Courier(job, baggage, { outcomes, deliveries, sender, figures }).run();
  }

  async giveUp(tx: WorkspaceTransaction, facts: JobFacts<'webhooks.deliver'>, { code }: JobFailure): Promise<void> {
    const error = `The event could not be sent for a reason that is ours (${code}).`;
    const attempt = { at: new Date().toISOString(), milliseconds: 0, status: null, error, response: '' };
    await this.outcomes.fail(tx, turnsIn(facts), { result: 'failed', attempt });
  }

  private async pack(tx: WorkspaceTransaction, job: ClaimedJob<'webhooks.deliver'>): Promise<Baggage | null> {
    const load = await this.outcomes.begin(tx, turnsIn(job.facts));
    if (load === null) return null;
    const { endpoint, deliveries: own } = load;
    const along = isFlowing(endpoint) ? await this.deliveries.takeAlong(tx, endpoint, roomBeside(own.length)) : [];
    if (along.length > 0) await job.carry(tx, turnsOf([...own, ...along]));
    return { endpoint, secrets: await this.vault.open(tx, endpoint), own, along };
  }
}

function isFlowing({ failingSince, lastDeliveredAt }: WebhookEndpoint): boolean {
  return failingSince === null && lastDeliveredAt !== null && Date.now() - lastDeliveredAt.getTime() < FLOWING_MS;
}

/** The job's own delivery, and those it carries. */
function turnsIn({ subjectId, part, payload }: JobFacts<'webhooks.deliver'>): Turn[] {
  const turns = { ...payload, [subjectId]: part };
  return Object.entries(turns).map(([id, turn]) => ({ id, turn }));
}
