import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule, loadConfig } from '#config';
import { DatabaseModule } from '#database';
import { messageOf } from '#errors';
import { Log, ObservabilityModule } from '#observability';
import { Vault, VaultModule } from '#vault';

const config = loadConfig();
const log = new Log({ app: 'rotate-master-key', level: config.logLevel === 'info' ? 'warn' : config.logLevel });

@Module({
  imports: [ConfigModule.with(config), ObservabilityModule.with(log), DatabaseModule.as('steno-rotate-master-key'), VaultModule],
})
class RotationModule {}

/**
 * Seals every workspace's key with MASTER_KEY, opening it with MASTER_KEYS_PREVIOUS. The apps may run meanwhile, as long as they have
 * both; stopped at any moment, it goes on where it was when it is run again.
 */
async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(RotationModule, { logger: log, abortOnError: false });
  const done = await app.get(Vault).resealKeys((count) => process.stdout.write(`${count} keys sealed anew\n`));
  await app.close();
  process.stdout.write(
    done === 0
      ? 'Every key is sealed with MASTER_KEY already.\n'
      : 'Done. MASTER_KEYS_PREVIOUS may be taken away once every process was started with the new MASTER_KEY.\n',
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
