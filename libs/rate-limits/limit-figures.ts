import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Counter, Metrics } from '#observability';
import { RateLimits } from './rate-limits.js';

/** How often limits counted, and refused. */
@Injectable()
export class LimitFigures implements OnModuleInit {
  private readonly hits: Counter<'policy'>;
  private readonly refusals: Counter<'policy'>;

  constructor(
    private readonly limits: RateLimits,
    private readonly metrics: Metrics,
  ) {
    const labels = ['policy'] as const;
    this.hits = metrics.counter({
      name: 'steno_rate_limit_hits_total',
      help: 'What rate limits counted and let through.',
      labels,
    });
    this.refusals = metrics.counter({
      name: 'steno_rate_limit_refusals_total',
      help: 'What rate limits refused, by the policy that was spent.',
      labels,
    });
  }

  onModuleInit(): void {
    this.metrics.whenAsked({
      source: 'rate limits',
      read: () => Promise.resolve(this.limits.decisions.take()),
      show: (counts) => {
        for (const [policy, { granted, refused }] of counts ?? []) {
          if (granted > 0) this.hits.add({ policy }, granted);
          if (refused > 0) this.refusals.add({ policy }, refused);
        }
      },
    });
  }
}
