import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Gauge, Metrics } from '#observability';
import { Circuits, type CircuitState } from './circuits.js';
import { KeyPools, type KeyState } from './key-pools.js';

/** How a provider does for the whole installation. */
export interface ProviderStanding {
  id: string;
  circuit: CircuitState['state'];
  /** Code of what is wrong; null when nothing is. */
  reason: string | null;
  /** Until it is tried again. */
  retryAfterSeconds: number | null;
  /** The installation's keys: all, and those that can be used now. */
  keys: { all: number; usable: number };
}

type KeyCondition = 'usable' | 'waiting' | 'out';
const CONDITIONS: readonly KeyCondition[] = ['usable', 'waiting', 'out'];
/** Waiting does not help against these. */
const LASTING: ReadonlySet<string | null> = new Set(['auth', 'quota_exhausted']);

interface Found {
  standings: ProviderStanding[];
  keys: KeyState[];
}

/** How providers and the installation's keys at them do, for those who run the service. */
@Injectable()
export class ProviderStandings implements OnModuleInit {
  private readonly circuit: Gauge<'provider'>;
  private readonly keys: Gauge<'provider' | 'state'>;
  private readonly callsToday: Gauge<'provider' | 'key'>;
  private readonly secondsToday: Gauge<'provider' | 'key'>;

  constructor(
    private readonly circuits: Circuits,
    private readonly pools: KeyPools,
    private readonly metrics: Metrics,
  ) {
    this.circuit = metrics.gauge({
      name: 'steno_provider_circuit_state',
      help: 'Circuit of a provider: 0 closed (it is called), 1 half open (one call tries), 2 open (nothing is sent).',
      labels: ['provider'],
    });
    this.keys = metrics.gauge({
      name: 'steno_provider_keys',
      help: "The installation's keys: usable, waiting because the provider asked to, or out because it refused them.",
      labels: ['provider', 'state'],
    });
    const labels = ['provider', 'key'] as const;
    this.callsToday = metrics.gauge({
      name: 'steno_provider_key_calls_today',
      help: 'Calls made today (UTC) with each key of the installation, by its place in the configuration.',
      labels,
    });
    this.secondsToday = metrics.gauge({
      name: 'steno_provider_key_audio_seconds_today',
      help: 'Seconds of sound sent today (UTC) with each key of the installation.',
      labels,
    });
  }

  onModuleInit(): void {
    this.metrics.whenAsked({ source: 'providers', read: () => this.find(), show: (found) => this.show(found) });
  }

  /** Every provider the installation has a key of, and every other that something is wrong with. */
  async all(): Promise<ProviderStanding[]> {
    return (await this.find()).standings;
  }

  private async find(): Promise<Found> {
    const keys = await this.pools.states();
    // What has a `/` is the circuit of one key.
    const circuits = new Map(
      (await this.circuits.states()).filter(({ id }) => !id.includes('/')).map((state) => [state.id, state]),
    );
    const ids = [...new Set([...keys.map(({ vendor }) => vendor as string), ...circuits.keys()])];
    return { keys, standings: ids.map((id) => standingOf(id, keys, circuits.get(id))) };
  }

  private show(found: Found | null): void {
    for (const gauge of [this.circuit, this.keys, this.callsToday, this.secondsToday]) gauge.clear();
    for (const { id, circuit } of found?.standings ?? [])
      this.circuit.set({ provider: id }, ['closed', 'half_open', 'open'].indexOf(circuit));
    for (const [provider, keys] of Map.groupBy(found?.keys ?? [], ({ vendor }) => vendor)) this.showKeys(provider, keys);
  }

  private showKeys(provider: string, keys: readonly KeyState[]): void {
    const conditions = keys.map(conditionOf);
    for (const state of CONDITIONS) {
      const count = conditions.filter((condition) => condition === state).length;
      this.keys.set({ provider, state }, count);
    }
    for (const [index, { today }] of keys.entries()) {
      const key = { provider, key: String(index + 1) };
      this.callsToday.set(key, today.calls);
      this.secondsToday.set(key, today.seconds);
    }
  }
}

function standingOf(id: string, keys: readonly KeyState[], circuit?: CircuitState): ProviderStanding {
  const own = keys.filter(({ vendor }) => vendor === id);
  return {
    id,
    circuit: circuit?.state ?? 'closed',
    reason: circuit === undefined || circuit.state === 'closed' ? null : circuit.reason,
    retryAfterSeconds: circuit?.retryAfterSeconds ?? null,
    keys: { all: own.length, usable: own.filter((key) => conditionOf(key) === 'usable').length },
  };
}

function conditionOf({ reason }: KeyState): KeyCondition {
  if (reason === null) return 'usable';
  return LASTING.has(reason) ? 'out' : 'waiting';
}
