import { Injectable } from '@nestjs/common';
import type { WebhookEndpoint, WorkspaceTransaction } from '#database';
import { DeliveriesRepository, type ListedDelivery, type Turn } from '../deliveries.repository.js';
import { EndpointSwitch } from '../endpoint-switch.js';
import { EndpointsRepository } from '../endpoints.repository.js';
import { MOST_FAILED_IN_ROW, MOST_FAILING_HOURS, waitAfter } from '../retry-schedule.js';
import type { SendOutcome } from './webhook-sender.js';

/** Deliveries whose turn it is, and where to: all of one endpoint. */
export interface Load {
  endpoint: WebhookEndpoint;
  deliveries: ListedDelivery[];
}

/** A delivery that was sent in its turn, and how that went. */
export interface Sent {
  delivery: ListedDelivery;
  outcome: SendOutcome;
}

/** Statuses which ask an endpoint's senders for a pause (Standard Webhooks 1.0.0). */
const SLOW_DOWN = new Set([429, 502, 503, 504]);

/** Decides what a delivery does in its turn, and what follows from how it went. */
@Injectable()
export class DeliveryOutcomes {
  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly power: EndpointSwitch,
  ) {}

  /**
   * Begins turns, or has them come later: while the endpoint is busy with others, or asked for a pause. Endpoints are not held meanwhile,
   * and not when a delivery succeeds either: all of their deliveries would wait for one another.
   * @param turns of one endpoint
   * @returns what to send; null when there is nothing to do now
   */
  async begin(tx: WorkspaceTransaction, turns: readonly Turn[]): Promise<Load | null> {
    const found = await this.deliveries.findTurns(tx, turns);
    const endpoint = found[0] === undefined ? null : await this.endpoints.find(tx, found[0].endpointId);
    if (endpoint === null) return null;
    const deliveries: ListedDelivery[] = [];
    for (const delivery of found) if (await this.mayGo(tx, endpoint, delivery)) deliveries.push(delivery);
    return deliveries.length === 0 ? null : { endpoint, deliveries };
  }

  /** Writes down how turns went. @param sent of one endpoint */
  async settle(tx: WorkspaceTransaction, endpointId: string, sent: readonly Sent[]): Promise<void> {
    const tests = sent.filter(({ delivery }) => isTest(delivery));
    const arrived = sent.filter((each) => !tests.includes(each) && each.outcome.result === 'delivered');
    const lost = sent.filter((each) => !tests.includes(each) && each.outcome.result !== 'delivered');
    // The endpoint first, as whoever turns it off or deletes it does: no two wait for each other.
    if (lost.length > 0) await this.endpoints.lock(tx, endpointId);
    if (arrived.length > 0) {
      await this.endpoints.succeeded(tx, endpointId);
      await this.deliveries.arrived(tx, arrived.map(noteOf));
    }
    for (const { delivery, outcome } of lost) await this.lose(tx, delivery, outcome);
    for (const { delivery, outcome } of tests)
      await this.note(tx, delivery, outcome, outcome.result === 'delivered' ? 'delivered' : 'failed');
  }

  /** As `settle`, of turns that could not be sent for a reason of ours. */
  async fail(tx: WorkspaceTransaction, turns: readonly Turn[], outcome: SendOutcome): Promise<void> {
    const found = await this.deliveries.findTurns(tx, turns);
    for (const [endpointId, deliveries] of Map.groupBy(found, ({ endpointId }) => endpointId)) {
      await this.settle(
        tx,
        endpointId,
        deliveries.map((delivery) => ({ delivery, outcome })),
      );
      await this.deliveries.unpark(tx, endpointId);
    }
  }

  /** Whether a delivery is to be sent now; it is marked so. */
  private async mayGo(tx: WorkspaceTransaction, endpoint: WebhookEndpoint, delivery: ListedDelivery): Promise<boolean> {
    // Its worker died under it.
    if (delivery.status === 'sending') return true;
    if (isTest(delivery)) {
      await this.deliveries.setStatus(tx, delivery.id, 'sending');
      return true;
    }
    if (endpoint.status === 'disabled') {
      await this.deliveries.setStatus(tx, delivery.id, 'missed');
      return false;
    }
    const pause = ((endpoint.notBefore?.getTime() ?? 0) - Date.now()) / 1_000;
    if (pause > 0) {
      await this.deliveries.again(tx, delivery, pause);
      return false;
    }
    return this.deliveries.takeRoom(tx, delivery);
  }

  private async lose(tx: WorkspaceTransaction, { id, turn, endpointId }: ListedDelivery, outcome: SendOutcome): Promise<void> {
    // As both are now: what was lost just before may have turned the endpoint off, and somebody else may have deleted it.
    const endpoint = await this.endpoints.lock(tx, endpointId);
    const [delivery] = await this.deliveries.findTurns(tx, [{ id, turn }]);
    if (endpoint === null || delivery === undefined) return;
    await this.failed(tx, endpoint, delivery, await this.note(tx, delivery, outcome, null), outcome);
  }

  /** @returns how many tries have failed */
  private async note(
    tx: WorkspaceTransaction,
    { id, tries: before }: ListedDelivery,
    { result, attempt }: SendOutcome,
    end: 'delivered' | 'failed' | null,
  ): Promise<number> {
    const tries = before + (result === 'delivered' ? 0 : 1);
    await this.deliveries.note(tx, id, attempt, tries, end);
    return tries;
  }

  private async failed(
    tx: WorkspaceTransaction,
    endpoint: WebhookEndpoint,
    delivery: ListedDelivery,
    tries: number,
    { result, attempt, retryAfterSeconds }: SendOutcome,
  ): Promise<void> {
    const wait = result === 'gone' ? null : waitAfter(tries, Math.random(), retryAfterSeconds);
    const pause = SLOW_DOWN.has(attempt.status ?? 0) ? (retryAfterSeconds ?? 0) : 0;
    const { hours, inRow } = await this.endpoints.failed(tx, endpoint.id, wait === null, Math.min(pause, LONGEST_PAUSE_SECONDS));
    if (wait === null) await this.deliveries.setStatus(tx, delivery.id, 'failed');
    // Somebody turned it off meanwhile.
    else if (endpoint.status === 'disabled') await this.deliveries.setStatus(tx, delivery.id, 'missed');
    else await this.deliveries.again(tx, delivery, wait);
    if (endpoint.status === 'disabled') return;
    if (result === 'gone') await this.power.offAndTell(tx, endpoint, 'gone');
    else if (inRow >= MOST_FAILED_IN_ROW || hours >= MOST_FAILING_HOURS) await this.power.offAndTell(tx, endpoint, 'failing');
  }
}

/** For all deliveries to an endpoint, whatever one answer asks for. */
const LONGEST_PAUSE_SECONDS = 3_600;

function isTest({ event }: ListedDelivery): boolean {
  return event.type === 'webhook.test';
}

function noteOf({ delivery: { id, turn }, outcome: { attempt } }: Sent) {
  return { id, turn, attempt };
}
