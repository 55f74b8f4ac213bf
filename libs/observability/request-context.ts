import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Span } from './tracing/span.js';

/** What every log line of one request or one job carries. It travels by AsyncLocalStorage, and between processes in the job row. */
export interface RequestContext {
  requestId: string;
  workspaceId?: string;
  userId?: string;
  /** Of the client, as the trusted proxies tell it. */
  address?: string;
  /** The client's user agent, printable and short. */
  device?: string;
  /** Method and template of the route that was asked for. */
  route?: string;
  /** `name#id` of the job being worked on. */
  job?: string;
  /** What is being done in its trace; undefined where nothing is traced. */
  span?: Span;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Accepted from a caller: printable, short, nothing that could forge a log line. */
const ACCEPTABLE_ID = /^[A-Za-z0-9._~-]{8,128}$/;

const LONGEST_DEVICE = 300;

/** Runs `work` with `context` visible to everything it calls, awaits included. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** The context of the running request or job; undefined outside of one. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/** The id of the running request, or a new one for work that nobody asked for. */
export function currentRequestId(): string {
  return storage.getStore()?.requestId ?? newRequestId();
}

/** A user agent as it may be stored and shown: printable, short. */
export function acceptDevice(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const printable = given.replaceAll(/[^\x20-\x7e]/g, '').trim();
  return printable === '' ? undefined : printable.slice(0, LONGEST_DEVICE);
}

/** A fresh request id. */
export function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/**
 * The id a request is known by: the caller's `X-Request-Id` when it is harmless, else a new one.
 * @param given the header as received
 */
export function acceptRequestId(given: unknown): string {
  return typeof given === 'string' && ACCEPTABLE_ID.test(given) ? given : newRequestId();
}
