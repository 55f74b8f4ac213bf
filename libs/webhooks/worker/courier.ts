import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookEndpoint, WorkspaceTransaction } from '#database';
import type { ClaimedJob } from '#queues/worker';
import type { DeliveriesRepository, ListedDelivery } from '../deliveries.repository.js';
import { ABREAST } from '../endpoint-pace.js';
import type { EndpointSecrets } from '../endpoint-secrets.js';
import { type Message, messageOf } from '../messages.js';
import type { DeliveryFigures } from './delivery-figures.js';
import type { DeliveryOutcomes, Sent } from './delivery-outcomes.js';
import type { EndpointLine, WebhookSender } from './webhook-sender.js';

/** What a courier sets out with. */
export interface Baggage {
  endpoint: WebhookEndpoint;
  secrets: EndpointSecrets;
  /** Its job's own delivery, and what its job carries. */
  own: ListedDelivery[];
  /** What was parked. */
  along: ListedDelivery[];
}

/** What couriers work with. */
export interface CourierTools {
  outcomes: DeliveryOutcomes;
  deliveries: DeliveriesRepository;
  sender: WebhookSender;
  figures: DeliveryFigures;
}

interface Flight {
  delivery: ListedDelivery;
  done: Promise<void>;
}

/** An endpoint that takes longer is not quick. */
const QUICK_MS = 1_000;
/** Between two transactions of a courier: one writes down what arrived meanwhile and takes along what was parked meanwhile. */
const ROUND_MS = 50;
/** So long more is taken along. Then others have their turn; and a process that is asked to end has 15 s for what is under way. */
const LONGEST_MS = 10_000;

/** Messages a courier may take along while it has so many under way. */
export function roomBeside(underWay: number): number {
  return Math.max(0, ABREAST - underWay);
}

/**
 * Sends what one job has for an endpoint, all at once; and as long as the endpoint takes everything quickly, whatever else waits for
 * it. What is taken along the job carries: whoever takes it up after this process has it, too.
 */
export class Courier {
  private readonly flights = new Map<string, Flight>();
  private readonly ended: Sent[] = [];
  /** Taken along last, and how much could have been. */
  private along: number;
  private room: number;
  private readonly line: EndpointLine;
  private quick = true;
  private failure?: Error;
  private readonly endsAt = performance.now() + LONGEST_MS;

  constructor(
    private readonly job: ClaimedJob<'webhooks.deliver'>,
    private readonly baggage: Baggage,
    private readonly tools: CourierTools,
  ) {
    this.along = baggage.along.length;
    this.room = roomBeside(baggage.own.length);
    this.line = tools.sender.to(baggage.secrets.url);
  }

  /** Ends with the job's commit. @throws what keeps it from that; what was sent before is written down */
  async run(): Promise<void> {
    try {
      await this.sendEverything();
    } finally {
      await this.line.close();
    }
    const { deliveries } = this.tools;
    if (this.failure !== undefined) {
      await this.write(async (effects) => this.job.write(effects));
      throw this.failure;
    }
    await this.write(async (effects) =>
      this.job.commit(async (tx) => {
        await effects(tx);
        await deliveries.unpark(tx, this.baggage.endpoint.id);
      }),
    );
  }

  private async sendEverything(): Promise<void> {
    this.sendAll([...this.baggage.own, ...this.baggage.along]);
    while (this.flights.size > 0) {
      await this.roundOver();
      if (this.flights.size > 0 || (this.along > 0 && this.mayTakeAlong)) this.sendAll(await this.exchange());
    }
  }

  private get mayTakeAlong(): boolean {
    return this.quick && this.failure === undefined && performance.now() < this.endsAt;
  }

  private sendAll(deliveries: readonly ListedDelivery[]): void {
    for (const delivery of deliveries)
      this.flights.set(delivery.id, { delivery, done: this.send(delivery).finally(() => this.flights.delete(delivery.id)) });
  }

  private async send(delivery: ListedDelivery): Promise<void> {
    const started = performance.now();
    try {
      const outcome = await this.line.send(this.messageOf(delivery), this.job.signal);
      this.ended.push({ delivery, outcome });
      this.quick &&= outcome.result === 'delivered' && performance.now() - started <= QUICK_MS;
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  private messageOf({ id, event }: ListedDelivery): Message {
    const { kind, previousSecretUntil } = this.baggage.endpoint;
    const { secret, previousSecret } = this.baggage.secrets;
    const sentAt = new Date();
    const overlaps = previousSecret !== undefined && (previousSecretUntil ?? sentAt) > sentAt;
    return messageOf(event, { deliveryId: id, kind, secrets: overlaps ? [secret, previousSecret] : [secret], sentAt });
  }

  /** Something has ended, and the round's time is up; sooner when all has and nothing is to be waited for. */
  private async roundOver(): Promise<void> {
    const flights = [...this.flights.values()].map(({ done }) => done);
    const over = sleep(ROUND_MS);
    await Promise.race(flights);
    // More comes, but not as fast as it could be taken: many at once are less work than one after the other.
    const comes = this.along > 0 && this.along < this.room && this.mayTakeAlong;
    await (comes ? over : Promise.race([over, Promise.all(flights)]));
  }

  /** Writes down what ended. @returns what is taken along from now on */
  private async exchange(): Promise<ListedDelivery[]> {
    const { endpoint } = this.baggage;
    this.room = this.mayTakeAlong ? roomBeside(this.flights.size) : 0;
    const along = await this.write((effects) =>
      this.job.write(async (tx) => {
        await effects(tx);
        const taken = this.room === 0 ? [] : await this.tools.deliveries.takeAlong(tx, endpoint, this.room);
        if (taken.length > 0)
          await this.job.carry(tx, turnsOf([...[...this.flights.values()].map(({ delivery }) => delivery), ...taken]));
        return taken;
      }),
    );
    this.along = along.length;
    return along;
  }

  /** Has what ended written down in a transaction. */
  private async write<T>(transact: (effects: (tx: WorkspaceTransaction) => Promise<void>) => Promise<T>): Promise<T> {
    const { outcomes, figures } = this.tools;
    // Others may end meanwhile.
    const ended = [...this.ended];
    const result = await transact(async (tx) => {
      await withoutWaiting(tx);
      await outcomes.settle(tx, this.baggage.endpoint.id, ended);
    });
    this.ended.splice(0, ended.length);
    for (const each of ended) figures.count(each);
    return result;
  }
}

/** As the job carries them. */
export function turnsOf(deliveries: readonly ListedDelivery[]): Record<string, number> {
  return Object.fromEntries(deliveries.map(({ id, turn }) => [id, turn]));
}

/**
 * Does not have the commit wait for the disk of the database: what a database that dies forgets, its last half second, is sent once more.
 */
export async function withoutWaiting(tx: WorkspaceTransaction): Promise<void> {
  await tx.execute('SET LOCAL synchronous_commit = off');
}
