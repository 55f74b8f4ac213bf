import { IsIn, IsInt, IsNumber, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';
import { HTTP_URL } from './server-environment.js';
import { SpeechEnvironment } from './speech-environment.js';
import { Variable } from './variable.js';

/** What those who run the service see of it. */
export class ObservabilityEnvironment extends SpeechEnvironment {
  @Variable('text', { group: 'Logs', readBy: 'both', default: 'info', description: 'fatal, error, warn, info, debug or trace.' })
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' = 'info';

  @Variable('text', {
    group: 'Logs',
    readBy: 'both',
    description:
      'Folder the log is written to in place of standard output, as api.<date>.<number>.log and transcription-worker.<date>.<number>.log. A new file begins each day and when one is full. Two workers of one machine want two folders.',
  })
  @IsOptional()
  @IsString()
  LOG_DIRECTORY?: string;

  @Variable('integer', { group: 'Logs', readBy: 'both', default: '100', description: 'MB after which a log file is full.' })
  @IsInt()
  @Min(1)
  LOG_FILE_MAX_MB = 100;

  @Variable('integer', {
    group: 'Logs',
    readBy: 'both',
    default: '14',
    description: 'Earlier files that are kept in LOG_DIRECTORY; the oldest go first.',
  })
  @IsInt()
  @Min(1)
  @Max(10_000)
  LOG_FILES_KEPT = 14;

  @Variable('text', {
    group: 'Logs',
    readBy: 'both',
    secret: true,
    description:
      'Where Sentry takes errors (its DSN). Sent are error, stack, request id and job; no headers, bodies or values. Not set: nothing is sent.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL)
  SENTRY_DSN?: string;

  @Variable('text', {
    group: 'Metrics and traces',
    readBy: 'both',
    default: 'on',
    description: 'Whether /health/metrics gives figures for Prometheus: on or off. Off, nothing is measured.',
  })
  @IsIn(['on', 'off'])
  METRICS: 'on' | 'off' = 'on';

  @Variable('text', {
    group: 'Metrics and traces',
    readBy: 'both',
    secret: true,
    description:
      'Token that /health/metrics, /health/providers and /health?detailed=true want as `Authorization: Bearer`. Not set: in production these are closed, elsewhere open.',
  })
  @IsOptional()
  @MinLength(16, { message: 'METRICS_TOKEN must have 16 characters or more; make one with: openssl rand -base64 24' })
  METRICS_TOKEN?: string;

  @Variable('text', {
    group: 'Metrics and traces',
    readBy: 'both',
    description:
      'Collector that takes traces by OTLP over HTTP (JSON), as http://collector:4318; /v1/traces is added. Not set: nothing is traced.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL)
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Variable('list', {
    group: 'Metrics and traces',
    readBy: 'both',
    secret: true,
    description: 'Headers sent to the collector, as name=value, comma-separated.',
  })
  @IsOptional()
  @Matches(/^[\w-]+=.+$/, { each: true, message: 'OTEL_EXPORTER_OTLP_HEADERS must be a list of name=value' })
  OTEL_EXPORTER_OTLP_HEADERS?: string[];

  @Variable('number', {
    group: 'Metrics and traces',
    readBy: 'both',
    default: '1',
    description: 'Share of the requests that are traced, 0 to 1. One that comes with a traceparent does as that says.',
  })
  @IsNumber()
  @Min(0)
  @Max(1)
  OTEL_TRACES_SAMPLER_ARG = 1;
}
