import type { Transaction } from '#database';

/** What somebody may want to hear about. */
export type Topic = `transcription:${string}` | `quota:${string}`;

/**
 * Says in every process that something changed; what changed stands in the rows. A bell, not a letter: rings may be lost with a
 * connection, several may be heard as one, and one may be heard twice. Whoever hears one, or heard none for a while, looks at the row.
 */
export abstract class Events {
  /** Rings once the transaction has committed, and not when it is rolled back. Never fails for want of a listener or a server. */
  abstract publish(tx: Transaction, topic: Topic): Promise<void>;

  /**
   * From now on hears of a topic. Also called when this process begins to listen, or listens again after it could not: something may
   * have been missed.
   * @returns ends it
   */
  abstract subscribe(topic: Topic, heard: () => void): () => void;
}
