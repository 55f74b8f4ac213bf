import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Log, type LogOptions } from './log.js';
import { Readiness } from './readiness.js';

/** The log and the readiness checks of this process. */
@Global()
@Module({})
export class ObservabilityModule {
  /** @param options the app's name and level, or a log already made (the start logs before the module exists) */
  static with(options: LogOptions | Log): DynamicModule {
    const log = options instanceof Log ? options : new Log(options);
    return { module: ObservabilityModule, providers: [{ provide: Log, useValue: log }, Readiness], exports: [Log, Readiness] };
  }
}
