import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import { Database } from '#database';
import { MailsRepository } from '#mail';
import { postOf, SendHandler } from '#mail/worker';
import { Log } from '#observability';
import { ClaimedJob, type JobFacts } from '#queues/worker';
import { Vault } from '#vault';

/** As a worker claims; all at once, and whatever their time. */
const CLAIM_ALL = `
UPDATE jobs SET state = 'running', epoch = epoch + 1, lease_until = now() + interval '1 minute', worker = 'test'
WHERE name = 'mail.send' AND state = 'waiting'
RETURNING id, name, workspace_id AS "workspaceId", subject_id AS "subjectId", generation, part, payload,
  request_id AS "requestId", epoch, failures, crashes, 0 AS "ageSeconds"`;

/**
 * Sends the letters that the API owes, as a worker would: by SMTP_URL, or as files into STENO_HOME/mail.
 * @returns how many
 */
export async function sendOwedMail(app: NestFastifyApplication): Promise<number> {
  const database = app.get(Database);
  const handler = new SendHandler(app.get(MailsRepository), app.get(Vault), postOf(app.get(Config)), app.get(Log));
  const jobs = await database.asSystem((tx) => tx.query<JobFacts<'mail.send'>>(CLAIM_ALL));
  for (const facts of jobs) await handler.run(new ClaimedJob(facts, AbortSignal.timeout(10_000), database));
  return jobs.length;
}
