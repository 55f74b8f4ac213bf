import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule, loadConfig } from '#config';
import { DatabaseModule } from '#database';
import { messageOf } from '#errors';
import { Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { StoreComparison, StoreComparisonModule } from '#retention';
import { StorageModule } from '#storage';

const config = loadConfig();
const log = new Log({ app: 'compare-store', level: config.logLevel === 'info' ? 'warn' : config.logLevel });

@Module({
  imports: [
    ConfigModule.with(config),
    ObservabilityModule.with(log),
    DatabaseModule.as('steno-compare-store'),
    StorageModule.forConfig(),
    QueuesModule,
    StoreComparisonModule,
  ],
})
class ComparisonModule {}

/** Says which objects belong to no row and which recordings have lost their object, a line each. Changes nothing; the apps may run. */
async function main(): Promise<number> {
  const app = await NestFactory.createApplicationContext(ComparisonModule, { logger: log, abortOnError: false });
  let found = 0;
  for await (const { kind, key } of app.get(StoreComparison).disagreements()) {
    found += 1;
    process.stdout.write(`${kind}  ${key}\n`);
  }
  await app.close();
  process.stdout.write(found === 0 ? 'Store and rows agree.\n' : `${found} disagreements.\n`);
  return found === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(2);
  },
);
