import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { EndpointVault } from '../endpoint-secrets.js';
import { type Message, messageOf } from '../messages.js';
import { DeliveryOutcomes, type HeldDelivery, type Turn } from './delivery-outcomes.js';
import { WebhookSender } from './webhook-sender.js';

interface Ready {
  url: string;
  message: Message;
}

/**
 * Sends an event to an endpoint. A worker that dies after the endpoint took it and before the commit has it sent once more, with the
 * same webhook-id: twice is better than never, and receivers know it again. Which try it is and when the next comes is the delivery's
 * own affair: each is a job of its own.
 */
@Injectable()
@OnJob('webhooks.deliver')
export class DeliverHandler implements JobHandler<'webhooks.deliver'> {
  constructor(
    private readonly outcomes: DeliveryOutcomes,
    private readonly vault: EndpointVault,
    private readonly sender: WebhookSender,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'webhooks.deliver'>): Promise<void> {
    const turn = turnOf(job.facts);
    const ready = await job.write(async (tx) => {
      await withoutWaiting(tx);
      const held = await this.outcomes.begin(tx, turn);
      return held === null ? null : this.prepare(tx, held);
    });
    if (ready === null) return job.commit(() => Promise.resolve());
    const outcome = await this.sender.send(ready.url, ready.message, job.signal);
    await job.commit(async (tx) => {
      await withoutWaiting(tx);
      await this.outcomes.settle(tx, turn, outcome);
    });
    const { status, milliseconds } = outcome.attempt;
    this.log.info('Event sent', { deliveryId: turn.id, result: outcome.result, status, milliseconds });
  }

  async giveUp(tx: WorkspaceTransaction, facts: JobFacts<'webhooks.deliver'>, { code }: JobFailure): Promise<void> {
    const error = `The event could not be sent for a reason that is ours (${code}).`;
    const attempt = { at: new Date().toISOString(), milliseconds: 0, status: null, error, response: '' };
    await this.outcomes.settle(tx, turnOf(facts), { result: 'failed', attempt });
  }

  private async prepare(tx: WorkspaceTransaction, { delivery, endpoint }: HeldDelivery): Promise<Ready> {
    const { url, secret, previousSecret } = await this.vault.open(tx, endpoint);
    const sentAt = new Date();
    const overlaps = previousSecret !== undefined && (endpoint.previousSecretUntil ?? sentAt) > sentAt;
    const secrets = overlaps ? [secret, previousSecret] : [secret];
    return { url, message: messageOf(delivery.event, { deliveryId: delivery.id, kind: endpoint.kind, secrets, sentAt }) };
  }
}

/**
 * Does not have the commit wait for the disk of the database: what a database that dies forgets, its last half second, is sent once more.
 */
async function withoutWaiting(tx: WorkspaceTransaction): Promise<void> {
  await tx.execute('SET LOCAL synchronous_commit = off');
}

function turnOf({ subjectId, part }: JobFacts<'webhooks.deliver'>): Turn {
  return { id: subjectId, turn: part };
}
