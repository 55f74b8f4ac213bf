import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database, type WorkspaceTransaction } from '#database';
import { MembershipsRepository } from '#identity';
import { MailOutbox } from '#mail';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { EndpointsRepository } from '../endpoints.repository.js';
import { MOST_FAILED_IN_ROW, MOST_FAILING_HOURS } from '../retry-schedule.js';

/** Writes to the owners and admins of a workspace that an endpoint was disabled. */
@Injectable()
@OnJob('webhooks.warn')
export class WarnHandler implements JobHandler<'webhooks.warn'> {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly memberships: MembershipsRepository,
    private readonly endpoints: EndpointsRepository,
    private readonly mails: MailOutbox,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'webhooks.warn'>): Promise<void> {
    const { workspaceId, subjectId: id, payload } = job.facts;
    const admins = await this.database.asSystem((tx) => this.memberships.adminsOf(tx, workspaceId));
    await job.commit(async (tx) => {
      const endpoint = await this.endpoints.find(tx, id);
      if (endpoint === null) return;
      for (const { email, workspaceName } of admins)
        await this.mails.add(tx, {
          workspaceId,
          to: email,
          ...letterOf(workspaceName, endpoint.name, payload.reason),
          link: { label: 'What was not delivered', url: `${this.config.identity.appUrl}/api/v1/webhooks/${id}/deliveries` },
        });
    });
  }

  giveUp(_tx: WorkspaceTransaction, { workspaceId }: JobFacts<'webhooks.warn'>, failure: JobFailure): Promise<void> {
    this.log.error('A workspace could not be told that a webhook was disabled', { workspaceId, code: failure.code });
    return Promise.resolve();
  }
}

function letterOf(workspace: string, name: string, reason: string): { subject: string; paragraphs: string[] } {
  const why =
    reason === 'gone'
      ? 'It answered 410: it is gone for good.'
      : `It failed for ${MOST_FAILING_HOURS} hours, or ${MOST_FAILED_IN_ROW} events in a row could not be delivered in all their tries.`;
  return {
    subject: `${workspace}: the webhook "${name}" was disabled`,
    paragraphs: [
      `The webhook "${name}" of the workspace "${workspace}" is sent nothing any more. ${why}`,
      'Once it works again, make it active: it is then sent what it missed. Events are kept for 30 days.',
    ],
  };
}
