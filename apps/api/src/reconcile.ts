import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule, loadConfig } from '#config';
import { DatabaseModule } from '#database';
import { messageOf } from '#errors';
import { EventsModule } from '#events';
import { Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { QuotaModule } from '#quota';
import { Reconciliation, ReconciliationModule } from '#reconciliation';
import { StorageModule } from '#storage';
import { UsageModule } from '#usage';

const config = loadConfig();
const log = new Log({ app: 'reconcile', level: config.logLevel === 'info' ? 'warn' : config.logLevel });

@Module({
  imports: [
    ConfigModule.with(config),
    ObservabilityModule.with(log),
    DatabaseModule.as('steno-reconcile'),
    StorageModule.forConfig(),
    EventsModule,
    QueuesModule,
    QuotaModule,
    UsageModule,
    ReconciliationModule,
  ],
})
class ComparisonModule {}

/** Says where what is billed is not what was done, a line each, over all times. Changes nothing; the apps may run. */
async function main(): Promise<number> {
  const app = await NestFactory.createApplicationContext(ComparisonModule, { logger: log, abortOnError: false });
  const findings = await app.get(Reconciliation).findings(null);
  await app.close();
  if (findings === null) throw new Error('A worker compares just now. Try again in a minute.');
  for (const { kind, workspaceId, subject, expected, found } of findings)
    process.stdout.write(`${kind}  ${workspaceId}  ${subject}  expected: ${expected}  found: ${found}\n`);
  process.stdout.write(findings.length === 0 ? 'What is billed is what was done.\n' : `${findings.length} disagreements.\n`);
  return findings.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(2);
  },
);
