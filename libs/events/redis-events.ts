import type { OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import type { Transaction } from '#database';
import type { Log } from '#observability';
import { Events, type Topic } from './events.js';
import { Listeners } from './listeners.js';

const CONNECTION: RedisOptions = {
  lazyConnect: true,
  connectTimeout: 5_000,
  // A connection whose other end has gone may look alive for minutes.
  keepAlive: 10_000,
  retryStrategy: (times) => Math.min(times * 100, 1_000),
};

/** By Redis' PUBLISH and SUBSCRIBE, one channel a topic: a process gets the rings somebody in it waits for. */
export class RedisEvents extends Events implements OnApplicationShutdown {
  private readonly listeners = new Listeners();
  private publisher?: Redis;
  private subscriber?: Redis;

  /** @param prefix of all channels, so that several installations can share a server */
  constructor(
    private readonly url: string,
    private readonly prefix: string,
    private readonly log: Log,
  ) {
    super();
  }

  publish(tx: Transaction, topic: Topic): Promise<void> {
    tx.afterCommit(() => this.ring(topic));
    return Promise.resolve();
  }

  subscribe(topic: Topic, heard: () => void): () => void {
    const subscriber = (this.subscriber ??= this.openEars());
    if (this.listeners.add(topic, heard))
      this.send(subscriber.subscribe(this.channelOf(topic)).then(() => this.listeners.tell(topic)));
    return () => {
      if (this.listeners.remove(topic, heard)) this.send(subscriber.unsubscribe(this.channelOf(topic)));
    };
  }

  onApplicationShutdown(): void {
    this.publisher?.disconnect();
    this.subscriber?.disconnect();
  }

  private ring(topic: Topic): void {
    // A ring that waits for Redis to come back says nothing new: everybody looks when they hear again.
    this.publisher ??= this.open({ enableOfflineQueue: true, maxRetriesPerRequest: 1 });
    this.send(this.publisher.publish(this.channelOf(topic), ''));
  }

  private openEars(): Redis {
    const subscriber = this.open({ maxRetriesPerRequest: null });
    subscriber.on('message', (channel: string) => this.listeners.tell(channel.slice(this.channelOf('').length)));
    // ioredis then subscribes again to all it was subscribed to; the answer to what is asked after that comes after that.
    subscriber.on('ready', () => setImmediate(() => this.send(subscriber.ping().then(() => this.listeners.tellAll()))));
    return subscriber;
  }

  private open(options: RedisOptions): Redis {
    const redis = new Redis(this.url, { ...CONNECTION, ...options });
    // Without a listener ioredis prints to the console.
    redis.on('error', (error: Error) => this.log.debug('The connection for events broke', { error }));
    return redis;
  }

  private send(sent: Promise<unknown>): void {
    sent.catch((error: unknown) => this.log.debug('Redis did not take an event', { error }));
  }

  private channelOf(topic: Topic | ''): string {
    return `${this.prefix}:events:${topic}`;
  }
}
