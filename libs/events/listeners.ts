import type { Topic } from './events.js';

/** Who in this process wants to hear of what. */
export class Listeners {
  private readonly of = new Map<Topic, Set<() => void>>();

  /** @returns whether the topic is new to this process */
  add(topic: Topic, heard: () => void): boolean {
    const listeners = this.of.get(topic);
    if (listeners !== undefined) listeners.add(heard);
    else this.of.set(topic, new Set([heard]));
    return listeners === undefined;
  }

  /** @returns whether nobody in this process is left to hear of the topic */
  remove(topic: Topic, heard: () => void): boolean {
    const listeners = this.of.get(topic);
    if (listeners === undefined || !listeners.delete(heard)) return false;
    return listeners.size === 0 && this.of.delete(topic);
  }

  tell(topic: string): void {
    for (const heard of this.of.get(topic as Topic) ?? []) heard();
  }

  tellAll(): void {
    for (const listeners of this.of.values()) for (const heard of listeners) heard();
  }
}
