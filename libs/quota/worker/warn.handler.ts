import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database, type QuotaResource, type WorkspaceTransaction } from '#database';
import { MembershipsRepository } from '#identity';
import { MailOutbox } from '#mail';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { inWords, nameOf } from '../quota-amounts.js';
import type { Standing } from '../quota-periods.repository.js';
import { Quotas } from '../quotas.service.js';

/** Writes to the owners and admins of a workspace that a quota is nearly, or all, used. */
@Injectable()
@OnJob('quota.warn')
export class WarnHandler implements JobHandler<'quota.warn'> {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly memberships: MembershipsRepository,
    private readonly quotas: Quotas,
    private readonly mails: MailOutbox,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'quota.warn'>): Promise<void> {
    const { workspaceId, payload } = job.facts;
    const admins = await this.database.asSystem((tx) => this.memberships.adminsOf(tx, workspaceId));
    await job.commit(async (tx) => {
      const standing = await this.quotas.standing(tx, payload.resource as QuotaResource);
      for (const { email, workspaceName } of admins)
        await this.mails.add(tx, {
          workspaceId,
          to: email,
          ...letterOf(workspaceName, payload.percent, standing),
          link: { label: 'What is used, and what is left', url: `${this.config.identity.appUrl}/api/v1/usage/quotas` },
        });
    });
  }

  giveUp(_tx: WorkspaceTransaction, { workspaceId }: JobFacts<'quota.warn'>, failure: JobFailure): Promise<void> {
    this.log.error('A workspace could not be told that a quota is nearly used up', { workspaceId, code: failure.code });
    return Promise.resolve();
  }
}

function letterOf(
  workspace: string,
  percent: number,
  { resource, used, limit, resetAt }: Standing,
): { subject: string; paragraphs: string[] } {
  const what = nameOf(resource);
  const until =
    resetAt === null ? '' : ` The quota begins anew on ${resetAt.toISOString().slice(0, 16).replace('T', ' at ')} UTC.`;
  return {
    subject:
      percent === 100
        ? `${workspace}: the quota of ${what} is used up`
        : `${workspace}: ${percent} % of the quota of ${what} are used`,
    paragraphs: [
      `The workspace "${workspace}" has used ${inWords(resource, used)} of its ${inWords(resource, limit ?? used)} of ${what}.${until}`,
      'What goes beyond is refused until then, unless the plan is changed. You will not be told again this month.',
    ],
  };
}
