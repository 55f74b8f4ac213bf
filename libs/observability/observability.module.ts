import { type DynamicModule, Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import { Log, type LogOptions } from './log.js';
import { makeMetrics } from './metrics/make-metrics.js';
import { Metrics } from './metrics/metrics.js';
import { Readiness } from './readiness.js';
import { makeTraces } from './tracing/make-traces.js';
import { Traces } from './tracing/traces.js';

/** The log, the figures, the traces and the readiness checks of this process. */
@Global()
@Module({})
export class ObservabilityModule implements OnApplicationShutdown {
  constructor(
    private readonly log: Log,
    private readonly traces: Traces,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.traces.close(), this.log.flushReports()]);
  }

  /** @param options the app's name and level, or a log already made (the start logs before the module exists) */
  static with(options: LogOptions | Log): DynamicModule {
    const log = options instanceof Log ? options : new Log(options);
    return {
      module: ObservabilityModule,
      providers: [
        { provide: Log, useValue: log },
        { provide: Metrics, useFactory: makeMetrics, inject: [Log, { token: Config, optional: true }] },
        { provide: Traces, useFactory: makeTraces, inject: [Log, { token: Config, optional: true }] },
        Readiness,
      ],
      exports: [Log, Metrics, Traces, Readiness],
    };
  }
}
