import type { ErrorEvent } from '@sentry/node';
import type { Config } from '#config';
import type { ErrorReports, Log } from './log.js';
import { currentContext } from './request-context.js';
import { VERSION } from './version.js';

/** What is still on its way when the process ends is waited for that long. */
const FLUSH_MS = 2_000;

/**
 * Sends what is logged as an error to Sentry, where the configuration names one: name, message and stack of the error, and the ids of
 * request and job. Nothing else of a request, and no values. Its library is loaded only then.
 */
export async function reportErrors(log: Log, config: Config): Promise<void> {
  const { sentryDsn } = config.observability;
  if (sentryDsn !== undefined) log.reportTo(await sentryReports(sentryDsn, log.app, config.production));
}

async function sentryReports(dsn: string, app: string, production: boolean): Promise<ErrorReports> {
  const { defaultStackParser, makeNodeTransport, NodeClient, Scope } = await import('@sentry/node');
  // A client of our own, without Sentry's set-up of the process: no hooks into modules, requests, the console or traces.
  const client = new NodeClient({
    dsn,
    release: `steno@${VERSION}`,
    environment: production ? 'production' : 'development',
    transport: makeNodeTransport,
    stackParser: defaultStackParser,
    integrations: [],
    includeServerName: false,
    enableRuntimeChannelInjection: false,
    beforeSend: onlyWhatMayBeTold,
  });
  return {
    report: (message, error) => {
      const scope = new Scope();
      scope.setTags({ app, message, ...place() });
      const known = error instanceof Error ? error : new Error(message);
      client.captureException(known, {}, scope);
    },
    flush: async () => {
      await client.close(FLUSH_MS);
    },
  };
}

/** What the error was about, by ids that tell nothing of anybody. */
function place(): Record<string, string> {
  const { requestId, route, job } = currentContext() ?? {};
  const tags = { requestId, route, job: job?.split('#', 1)[0] };
  return Object.fromEntries(Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined));
}

/** Whatever a later version of the library adds of its own stays here. */
function onlyWhatMayBeTold(event: ErrorEvent): ErrorEvent {
  const { type, event_id, timestamp, platform, level, release, environment, exception, tags, sdk } = event;
  return { type, event_id, timestamp, platform, level, release, environment, exception, tags, sdk };
}
