import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { LimitStorage } from '../limit-storage.js';
import { Policies } from '../policies.js';
import { RateLimitsModule } from '../rate-limits.module.js';
import { RequestLimits } from './request-limits.js';

/** The limits of requests, on the throttler of Nest with our table and our storage. */
@Module({
  imports: [
    RateLimitsModule,
    ThrottlerModule.forRootAsync({
      imports: [RateLimitsModule],
      inject: [Policies, LimitStorage],
      useFactory: (policies: Policies, storage: LimitStorage) => ({
        storage,
        throttlers: policies.all().map(({ name, limit, windowSeconds }) => ({ name, limit, ttl: windowSeconds * 1_000 })),
      }),
    }),
  ],
  providers: [RequestLimits],
  exports: [RequestLimits, RateLimitsModule],
})
export class RateLimitsHttpModule {}
