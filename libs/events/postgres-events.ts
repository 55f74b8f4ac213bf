import { type ChangeFeed, SUBJECTS_OF_EVENTS, type Transaction } from '#database';
import { Events, type Topic } from './events.js';
import { Listeners } from './listeners.js';

/** By NOTIFY, on the connection over which this process hears of changes anyway. */
export class PostgresEvents extends Events {
  private readonly listeners = new Listeners();
  private listening = false;

  constructor(private readonly feed: ChangeFeed) {
    super();
  }

  async publish(tx: Transaction, topic: Topic): Promise<void> {
    await this.feed.announce(tx, topic);
  }

  subscribe(topic: Topic, heard: () => void): () => void {
    this.listen();
    this.listeners.add(topic, heard);
    return () => void this.listeners.remove(topic, heard);
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    this.feed.listen(
      { changed: (topic) => this.listeners.tell(topic), lost: () => this.listeners.tellAll() },
      SUBJECTS_OF_EVENTS,
    );
  }
}
