import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Config } from './config.js';

/** Gives every room the one `Config`. */
@Global()
@Module({})
export class ConfigModule {
  /** @param config the configuration that `loadConfig` made */
  static with(config: Config): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: Config, useValue: config }], exports: [Config] };
  }
}
