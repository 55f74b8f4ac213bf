import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '#audit';
import { ConfigModule, loadConfig } from '#config';
import { DatabaseModule, PLATFORM_ROLES, type PlatformRole } from '#database';
import { messageOf } from '#errors';
import { PlatformRoles } from '#identity';
import { Log, ObservabilityModule } from '#observability';

const config = loadConfig();
const log = new Log({ app: 'grant-platform-role', level: config.logLevel === 'info' ? 'warn' : config.logLevel });

@Module({
  imports: [
    ConfigModule.with(config),
    ObservabilityModule.with(log),
    DatabaseModule.as('steno-grant-platform-role'),
    AuditModule,
  ],
  providers: [PlatformRoles],
})
class GrantModule {}

function isPlatformRole(text: string | undefined): text is PlatformRole {
  return PLATFORM_ROLES.some((role) => role === text);
}

/** `npm run grant-platform-role -- <e-mail address> <role>`: what somebody may do beyond their workspaces, from the next request on. */
async function main(): Promise<void> {
  const [email, role] = process.argv.slice(2);
  if (email === undefined || !isPlatformRole(role))
    throw new Error(`Say who, and what: npm run grant-platform-role -- ada@example.com ${PLATFORM_ROLES.join('|')}`);
  const app = await NestFactory.createApplicationContext(GrantModule, { logger: log, abortOnError: false });
  const before = await app.get(PlatformRoles).grant(email, role);
  await app.close();
  if (before === null) throw new Error(`There is no account with the address ${email}.`);
  process.stdout.write(before === role ? `${email} was ${role} already.\n` : `${email} was ${before} and is ${role} now.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
