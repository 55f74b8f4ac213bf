import type { Counter, Histogram, Metrics } from '#observability';
import type { ProviderCall } from './provider-call.js';

/** From what fails at once to the longest a call may take, in seconds. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 300];

type Engine = 'provider' | 'model' | 'key';

/** How calls to providers go, and what they cost: each counted once, when it is written down. */
export class CallFigures {
  private readonly calls: Counter<Engine | 'outcome'>;
  private readonly durations: Histogram<'provider' | 'outcome'>;
  private readonly sound: Counter<Engine>;
  private readonly tokens: Counter<Engine | 'direction'>;
  private readonly cost: Counter<Engine>;

  constructor(metrics: Metrics) {
    const labels = ['provider', 'model', 'key'] as const;
    this.calls = metrics.counter({
      name: 'steno_provider_calls_total',
      help: 'Calls to providers, by whose key (workspace, installation) and outcome: answered, or the kind of the error.',
      labels: [...labels, 'outcome'],
    });
    this.durations = metrics.histogram(
      {
        name: 'steno_provider_call_duration_seconds',
        help: 'How long calls to providers took until they were answered or failed.',
        labels: ['provider', 'outcome'],
      },
      BUCKETS,
    );
    this.sound = metrics.counter({
      name: 'steno_provider_audio_seconds_total',
      help: 'Seconds of sound in the calls that were answered.',
      labels,
    });
    this.tokens = metrics.counter({
      name: 'steno_provider_tokens_total',
      help: 'Tokens of text that language models read (input) and wrote (output), as providers count them.',
      labels: [...labels, 'direction'],
    });
    this.cost = metrics.counter({
      name: 'steno_provider_cost_dollars_total',
      help: 'What calls to providers cost, in US dollars, as far as it is known.',
      labels,
    });
  }

  /** Counts a call that is over. */
  count(call: ProviderCall): void {
    const { provider, model, providerKeyId, outcome, errorKind, audioSeconds, latencyMs, tokens, costMicroDollars } = call;
    const engine = { provider, model, key: providerKeyId === null ? 'installation' : 'workspace' };
    this.calls.add({ ...engine, outcome: errorKind ?? outcome });
    if (latencyMs !== undefined) this.durations.observe({ provider, outcome }, latencyMs / 1_000);
    if (outcome === 'answered' && audioSeconds > 0) this.sound.add(engine, audioSeconds);
    if (tokens !== undefined) {
      this.tokens.add({ ...engine, direction: 'input' }, tokens.input);
      this.tokens.add({ ...engine, direction: 'output' }, tokens.output);
    }
    if (costMicroDollars !== null) this.cost.add(engine, Number(costMicroDollars) / 1e6);
  }
}
