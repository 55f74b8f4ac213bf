import { Injectable } from '@nestjs/common';
import type { WebhookEndpoint, WorkspaceTransaction } from '#database';
import { DeliveriesRepository, type ListedDelivery } from '../deliveries.repository.js';
import { EndpointSwitch } from '../endpoint-switch.js';
import { EndpointsRepository } from '../endpoints.repository.js';
import { MOST_FAILED_IN_ROW, MOST_FAILING_HOURS, waitAfter } from '../retry-schedule.js';
import type { SendOutcome } from './webhook-sender.js';

/** A delivery whose turn it is, and where to. */
export interface HeldDelivery {
  delivery: ListedDelivery;
  endpoint: WebhookEndpoint;
}

/** Which delivery, and which of its turns. */
export interface Turn {
  id: string;
  turn: number;
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
   * Begins a turn, or has it come later: while the endpoint is busy with others, or asked for a pause. Endpoints are not held meanwhile,
   * and not when a delivery succeeds either: all of their deliveries would wait for one another.
   * @returns what to send; null when there is nothing to do now
   */
  async begin(tx: WorkspaceTransaction, turn: Turn): Promise<HeldDelivery | null> {
    const delivery = await this.find(tx, turn);
    const endpoint = delivery === null ? null : await this.endpoints.find(tx, delivery.endpointId);
    if (delivery === null || endpoint === null) return null;
    const held = { delivery, endpoint };
    if (delivery.status === 'sending' || isTest(delivery)) return this.sending(tx, held);
    if (endpoint.status === 'disabled') {
      await this.deliveries.setStatus(tx, delivery.id, 'missed');
      return null;
    }
    const pause = ((endpoint.notBefore?.getTime() ?? 0) - Date.now()) / 1_000;
    if (pause > 0) {
      await this.deliveries.again(tx, delivery, pause);
      return null;
    }
    return (await this.deliveries.takeRoom(tx, delivery)) ? held : null;
  }

  /** Writes down how a turn went, and lets the next delivery to the endpoint have its own. */
  async settle(tx: WorkspaceTransaction, turn: Turn, outcome: SendOutcome): Promise<void> {
    const delivery = await this.find(tx, turn);
    if (delivery === null) return;
    const { endpointId } = delivery;
    if (isTest(delivery)) {
      await this.note(tx, delivery, outcome, outcome.result === 'delivered' ? 'delivered' : 'failed');
    } else if (outcome.result === 'delivered') {
      // The endpoint first, as whoever turns it off or deletes it does: no two wait for each other.
      await this.endpoints.succeeded(tx, endpointId);
      await this.note(tx, delivery, outcome, 'delivered');
    } else {
      const endpoint = await this.endpoints.lock(tx, endpointId);
      if (endpoint === null) return;
      const tries = await this.note(tx, delivery, outcome, null);
      await this.failed(tx, { delivery, endpoint }, tries, outcome);
    }
    await this.deliveries.unpark(tx, endpointId);
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

  /** The delivery, if that is its turn. Only the job that holds the turn changes it until it is over. */
  private async find(tx: WorkspaceTransaction, { id, turn }: Turn): Promise<ListedDelivery | null> {
    const delivery = await this.deliveries.findWithEvent(tx, id);
    if (delivery?.turn !== turn) return null;
    return delivery.status === 'waiting' || delivery.status === 'sending' ? delivery : null;
  }

  private async sending(tx: WorkspaceTransaction, held: HeldDelivery): Promise<HeldDelivery> {
    await this.deliveries.setStatus(tx, held.delivery.id, 'sending');
    return held;
  }

  private async failed(
    tx: WorkspaceTransaction,
    { delivery, endpoint }: HeldDelivery,
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
