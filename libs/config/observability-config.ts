import type { Environment } from './environment.js';

export interface ObservabilityConfig {
  /** Whether anything is measured. */
  metrics: boolean;
  /** What figures are shown for; null: to anybody, undefined: to nobody. */
  metricsToken: string | null | undefined;
  /** Where traces go; undefined: nothing is traced. */
  traces?: { url: string; headers: Record<string, string>; ratio: number };
  sentryDsn?: string;
  /** Where lines go in place of standard output. */
  logFiles?: { directory: string; maxMegabytes: number; kept: number };
}

/** What the configuration says about logs, metrics and traces. */
export function observabilityOf(env: Environment, production: boolean): ObservabilityConfig {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: collector, LOG_DIRECTORY: directory } = env;
  return {
    metrics: env.METRICS === 'on',
    metricsToken: env.METRICS_TOKEN ?? (production ? undefined : null),
    traces:
      collector === undefined
        ? undefined
        : {
            url: `${collector.replace(/\/+$/, '')}/v1/traces`,
            headers: Object.fromEntries((env.OTEL_EXPORTER_OTLP_HEADERS ?? []).map(nameAndValue)),
            ratio: env.OTEL_TRACES_SAMPLER_ARG,
          },
    sentryDsn: env.SENTRY_DSN,
    logFiles: directory === undefined ? undefined : { directory, maxMegabytes: env.LOG_FILE_MAX_MB, kept: env.LOG_FILES_KEPT },
  };
}

/** `name=value`; the value may hold further `=`. */
function nameAndValue(given: string): [string, string] {
  const [name = '', ...value] = given.split('=');
  return [name, value.join('=')];
}
