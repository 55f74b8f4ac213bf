import type { Config } from '#config';
import type { Log } from '../log.js';
import { VERSION } from '../version.js';
import { NoTraces, type Traces } from './traces.js';

/** Where this process sends its traces. The libraries are loaded only where there is a collector. */
export async function makeTraces(log: Log, config?: Config): Promise<Traces> {
  const collector = config?.observability.traces;
  if (collector === undefined) return new NoTraces();
  const { OtlpTraces } = await import('./otlp-traces.js');
  return new OtlpTraces(log.app, VERSION, collector);
}
