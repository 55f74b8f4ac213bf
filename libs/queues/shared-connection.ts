import { type PgQueryResult, PostgresConnection, PostgresQueueBackend, type QueueBaseOptions } from 'bullmq';
import type { Pool } from 'pg';

type ListenClient = Awaited<ReturnType<PostgresConnection['getListenClient']>>;

/** LISTEN answers no rows. */
type Said = Promise<PgQueryResult<never>>;

/** What BullMQ listens by: the one session of all queues, on which the same LISTEN is said once. */
class Ear implements ListenClient {
  private readonly said = new Map<string, Said>();

  constructor(readonly client: ListenClient) {}

  query(text: string): Said {
    const said = this.said.get(text) ?? this.client.query<never>(text);
    this.said.set(text, said);
    said.catch(() => this.said.delete(text));
    return said;
  }

  on(...wish: [event: never, listener: never]): this {
    this.client.on(...wish);
    return this;
  }

  removeListener(...wish: Parameters<ListenClient['removeListener']>): this {
    this.client.removeListener(...wish);
    return this;
  }

  removeAllListeners(event?: string): this {
    this.client.removeAllListeners(event);
    return this;
  }
}

/** BullMQ's, which does not stop waiting when it is closed: for five seconds yet its timer would keep the process. */
class Backend extends PostgresQueueBackend {
  override async close(force?: boolean): Promise<void> {
    await this.disconnectBlocking();
    await super.close(force);
  }
}

/**
 * One pool of sessions, and one session of it that listens, for all queues of a process: by itself BullMQ opens two a queue. It is closed
 * with the last queue that has it.
 */
export class SharedConnection extends PostgresConnection {
  private queues = 0;
  private ear?: Ear;

  /** @param sessions of at least two; they end with the connection */
  constructor(private readonly sessions: Pool) {
    super(sessions);
    // Each queue listens to all that happens to them.
    this.setMaxListeners(0);
    sessions.on('connect', (client) => client.setMaxListeners(0));
  }

  /** A queue of BullMQ's on this connection. */
  queue(name: string, opts: QueueBaseOptions<SharedConnection>): PostgresQueueBackend {
    this.queues += 1;
    return new Backend(this, name, { ...opts, connection: this.sessions });
  }

  override async getListenClient(): Promise<ListenClient> {
    const client = await super.getListenClient();
    if (this.ear?.client !== client) this.ear = new Ear(client);
    return this.ear;
  }

  /** Called by each queue once. */
  override async close(): Promise<void> {
    this.queues -= 1;
    if (this.queues > 0) return;
    await super.close();
    await this.sessions.end();
  }
}
