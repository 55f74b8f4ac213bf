import { Global, Module } from '@nestjs/common';
import { Config } from '#config';
import { ChangeFeed } from '#database';
import { Log } from '#observability';
import { Events } from './events.js';
import { PostgresEvents } from './postgres-events.js';
import { RedisEvents } from './redis-events.js';

function eventsFor(config: Config, feed: ChangeFeed, log: Log): Events {
  const { redisUrl, prefix } = config.queue;
  return redisUrl === undefined ? new PostgresEvents(feed) : new RedisEvents(redisUrl, prefix, log);
}

/** Events of the whole installation: by Redis where there is one, else by Postgres. */
@Global()
@Module({
  providers: [{ provide: Events, useFactory: eventsFor, inject: [Config, ChangeFeed, Log] }],
  exports: [Events],
})
export class EventsModule {}
