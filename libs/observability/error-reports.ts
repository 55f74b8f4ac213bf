import type { Config } from '#config';
import { currentContext } from './request-context.js';
import type { Log } from './log.js';
import { VERSION } from './version.js';

/** What we use of @sentry/node. */
export interface Sentry {
  init(options: object): unknown;
  captureException(error: unknown, hint: { tags: Record<string, string> }): unknown;
  flush(milliseconds: number): Promise<boolean>;
}

/** A name the compiler does not follow: the package is there only where somebody put it. */
const PACKAGE: string = '@sentry/node';

/**
 * Sends what is logged as an error to Sentry, where the configuration names one: name, message and stack of the error, and the ids of
 * request and job. Nothing else of a request, and no values.
 * @throws Error when the package is not installed
 */
export async function reportErrors(log: Log, config: Config, load: () => Promise<Sentry> = loadSentry): Promise<void> {
  const { sentryDsn } = config.observability;
  if (sentryDsn === undefined) return;
  const sentry = await load();
  sentry.init({
    dsn: sentryDsn,
    release: `steno@${VERSION}`,
    environment: config.production ? 'production' : 'development',
    // No instrumentation of requests, modules or the console: what is sent is said here.
    defaultIntegrations: false,
    sendDefaultPii: false,
    skipOpenTelemetrySetup: true,
    tracesSampleRate: 0,
  });
  log.onError((message, error) => {
    const { requestId, route, job } = currentContext() ?? {};
    const tags = { app: log.app, message, requestId, route, job: job?.split('#', 1)[0] };
    const known = Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined);
    sentry.captureException(error ?? new Error(message), { tags: Object.fromEntries(known) });
  });
}

async function loadSentry(): Promise<Sentry> {
  try {
    return (await import(PACKAGE)) as Sentry;
  } catch (cause) {
    throw new Error('SENTRY_DSN is set and the package @sentry/node is not there. Install it: npm install @sentry/node', {
      cause,
    });
  }
}
