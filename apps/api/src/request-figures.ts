import type { FieldError } from '#errors';
import type { Counter, Histogram, Metrics } from '#observability';

/** From a read out of memory to the longest `wait`, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

/** A request that was answered. */
interface ServedRequest {
  method: string;
  /** Its template; undefined where no route was found. */
  route: string | undefined;
  status: number;
  milliseconds: number;
}

/** How requests go. */
export class RequestFigures {
  private readonly durations: Histogram<'method' | 'route' | 'status'>;
  private readonly problems: Counter<'code'>;
  private readonly quotaRefusals: Counter<'resource'>;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram(
      {
        name: 'steno_http_request_duration_seconds',
        help: 'How long requests took, by route template and class of status; streams count until they end.',
        labels: ['method', 'route', 'status'],
      },
      BUCKETS,
    );
    this.problems = metrics.counter({
      name: 'steno_http_problems_total',
      help: 'Requests that ended with a problem document, by its code.',
      labels: ['code'],
    });
    this.quotaRefusals = metrics.counter({
      name: 'steno_quota_refusals_total',
      help: 'Requests refused because a quota was used up.',
      labels: ['resource'],
    });
  }

  served({ method, route = 'none', status, milliseconds }: ServedRequest): void {
    const labels = { method, route, status: STATUS_CLASSES[Math.floor(status / 100)] ?? 'none' };
    this.durations.observe(labels, milliseconds / 1_000);
  }

  refused({ code, members }: FieldError): void {
    this.problems.add({ code });
    if (code === 'quota_exceeded' && typeof members?.['resource'] === 'string')
      this.quotaRefusals.add({ resource: members['resource'] });
  }
}

const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];
