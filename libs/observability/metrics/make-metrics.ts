import type { Config } from '#config';
import type { Log } from '../log.js';
import { VERSION } from '../version.js';
import { type Metrics, NoMetrics } from './metrics.js';

/** What this process measures with. The library is loaded only where something is measured. */
export async function makeMetrics(log: Log, config?: Config): Promise<Metrics> {
  if (config?.observability.metrics !== true) return new NoMetrics();
  const { PrometheusMetrics } = await import('./prometheus-metrics.js');
  return new PrometheusMetrics(log.app, VERSION, log);
}
