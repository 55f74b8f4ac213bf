import type { Span, Traces } from '#observability';
import type { JobName } from '../job-catalogue.js';
import type { JobFacts } from './claimed-job.js';

/**
 * Begins the span of a try in the trace of what caused the job. How long it lay in the outbox and in the queue is told by spans of its
 * own, beside it.
 * @param now milliseconds since 1970
 */
export function beginTry(traces: Traces, job: JobFacts<JobName>, now = Date.now()): Span | undefined {
  if (job.traceParent === null) return undefined;
  const due = now - Math.max(0, job.dueSeconds) * 1_000;
  const rung = Math.max(due, now - Math.max(0, job.rungSeconds ?? 0) * 1_000);
  const wait = (where: string, startedAt: number, endedAt: number): void =>
    traces.begin({ name: `${where} ${job.name}`, kind: 'internal', startedAt }, job.traceParent)?.end(endedAt);
  wait('outbox', due, rung);
  wait('queue', rung, now);
  const attributes = { 'steno.job': `${job.name}#${job.id}`, 'steno.job.try': job.epoch, 'steno.request_id': job.requestId };
  return traces.begin({ name: job.name, kind: 'consumer', attributes }, job.traceParent);
}
