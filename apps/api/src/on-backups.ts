import { resolve } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Backups, BackupsModule } from '#backups';
import { ConfigModule, loadConfig } from '#config';
import { messageOf } from '#errors';
import { Log, ObservabilityModule } from '#observability';
import { StorageModule } from '#storage';

/**
 * Runs a command about backups on this installation.
 * @param work gets the folder that was named, and gives what to say
 */
export function onBackups(command: string, work: (backups: Backups, folder: string) => Promise<string>): void {
  run(command, work).then(
    (said) => process.stdout.write(`${said}\n`),
    (error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exitCode = 1;
    },
  );
}

async function run(command: string, work: (backups: Backups, folder: string) => Promise<string>): Promise<string> {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error(`Say where the backup lies: npm run ${command} -- <folder>`);
  const config = loadConfig();
  const log = new Log({ app: command, level: config.logLevel === 'info' ? 'warn' : config.logLevel });

  @Module({
    imports: [ConfigModule.with(config), ObservabilityModule.with(log), StorageModule.forConfig(), BackupsModule],
  })
  class CommandModule {}

  const app = await NestFactory.createApplicationContext(CommandModule, { logger: log, abortOnError: false });
  try {
    return await work(app.get(Backups), resolve(folder));
  } finally {
    await app.close();
  }
}
