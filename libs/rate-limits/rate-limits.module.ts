import { Module } from '@nestjs/common';
import { Config } from '#config';
import { Log } from '#observability';
import { CallCounts } from './call-counts.js';
import { FailoverStorage } from './failover-storage.js';
import { LimitFigures } from './limit-figures.js';
import { LimitStorage } from './limit-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { Policies } from './policies.js';
import { RateLimits } from './rate-limits.js';
import { RedisStorage } from './redis-storage.js';

function storageFor(config: Config, log: Log): LimitStorage {
  const memory = new MemoryStorage();
  const { redisUrl, prefix } = config.queue;
  return redisUrl === undefined ? memory : new FailoverStorage(new RedisStorage(redisUrl, prefix), memory, log);
}

/** Limits and call counts of this process: in Redis where there is one, else in memory. */
@Module({
  providers: [
    { provide: Policies, useFactory: (config: Config) => new Policies(config.rateLimits), inject: [Config] },
    { provide: LimitStorage, useFactory: storageFor, inject: [Config, Log] },
    RateLimits,
    CallCounts,
    LimitFigures,
  ],
  exports: [Policies, LimitStorage, RateLimits, CallCounts],
})
export class RateLimitsModule {}
