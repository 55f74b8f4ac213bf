import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { isUUID } from 'class-validator';
import { AuditModule } from '#audit';
import { ConfigModule, loadConfig } from '#config';
import { DatabaseModule, type Plan, PLANS } from '#database';
import { messageOf } from '#errors';
import { WorkspacePlans } from '#identity';
import { Log, ObservabilityModule } from '#observability';
import { readOwnQuotas } from '#quota';

const config = loadConfig();
const log = new Log({ app: 'set-plan', level: config.logLevel === 'info' ? 'warn' : config.logLevel });

@Module({
  imports: [ConfigModule.with(config), ObservabilityModule.with(log), DatabaseModule.as('steno-set-plan'), AuditModule],
  providers: [WorkspacePlans],
})
class PlanModule {}

function isPlan(text: string | undefined): text is Plan {
  return PLANS.some((plan) => plan === text);
}

/** `npm run set-plan -- <workspace> <plan> [resource=amount …]`: what a workspace may use, from the next request on. */
async function main(): Promise<void> {
  const [workspaceId, plan, ...own] = process.argv.slice(2);
  if (!isUUID(workspaceId) || workspaceId === undefined || !isPlan(plan))
    throw new Error(
      `Say which, and what: npm run set-plan -- <id of a workspace> ${PLANS.join('|')} [transcription=600 storage=off …]`,
    );
  const quotas = readOwnQuotas(own);
  const app = await NestFactory.createApplicationContext(PlanModule, { logger: log, abortOnError: false });
  const before = await app.get(WorkspacePlans).set(workspaceId, plan, quotas);
  await app.close();
  if (before === null) throw new Error(`There is no workspace ${workspaceId}.`);
  process.stdout.write(`The workspace ${workspaceId} had the plan ${before} and has ${plan} now.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
