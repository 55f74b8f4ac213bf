import { Injectable } from '@nestjs/common';
import { Log } from '#observability';
import { type CircuitRow, CircuitsRepository, type Opening } from './circuits.repository.js';

/** Five failures in a row, as Envoy counts; 30 s at first, and never longer than five minutes, so that a healed provider is not missed. */
export const OPENING: Opening = { failures: 5, firstSeconds: 30, longestSeconds: 300 };
/** How old what is known may be; changes made by this process are seen at once. */
const FRESH_MS = 1_000;
/** Whoever tries whether it works again has so long; then another may. */
const PROBE_SECONDS = 30;

/** Why nothing goes through for now. */
export interface Refusal {
  reason: string;
  retryAfterSeconds: number;
}

/** `half_open`: one call tries whether it works again. */
export const CIRCUIT_STATES = ['closed', 'open', 'half_open'] as const;

/** How a circuit does, for people. */
export interface CircuitState {
  id: string;
  state: (typeof CIRCUIT_STATES)[number];
  /** Of calls, in a row. */
  failures: number;
  retryAfterSeconds: number | null;
  /** Code of the last thing that was wrong. */
  reason: string | null;
  changedAt: Date;
}

interface Known {
  rows: ReadonlyMap<string, CircuitRow>;
  /** By `performance.now()`. */
  readAt: number;
}

/**
 * Circuit breakers that all processes share: what fails again and again is left alone for a while, and then tried by one call at a
 * time. A circuit is named by whoever uses it.
 */
@Injectable()
export class Circuits {
  private known?: Known;
  private reading?: Promise<Known>;

  constructor(
    private readonly repository: CircuitsRepository,
    private readonly log: Log,
  ) {}

  /**
   * Why nothing may go through now. Null: go, and tell `failed` or `succeeded` how it went. Where a circuit is half open, null is
   * given to one caller.
   */
  async refusal(id: string): Promise<Refusal | null> {
    const found = await this.find(id);
    if (found === undefined || found.blockedSeconds === null) return null;
    const reason = found.reason ?? 'unavailable';
    if (found.blockedSeconds > 0) return { reason, retryAfterSeconds: Math.ceil(found.blockedSeconds) };
    // A wait that somebody asked for is over, and that is all.
    if (found.openings === 0) return null;
    const isOurs = await this.repository.claimProbe(id, PROBE_SECONDS);
    return isOurs ? null : { reason, retryAfterSeconds: PROBE_SECONDS };
  }

  /** Counts a failed call. */
  async failed(id: string, reason: string): Promise<void> {
    const opened = await this.repository.failed(id, reason, OPENING);
    this.known = undefined;
    if (opened) this.log.warn('Nothing is sent there for a while: too many calls failed in a row', { circuit: id, reason });
  }

  /** Nothing goes through for so long, whatever else is known. */
  async block(id: string, seconds: number, reason: string): Promise<void> {
    await this.repository.block(id, seconds, reason);
    this.known = undefined;
  }

  /** A call was answered: what was counted against the circuit is forgotten. Costs nothing where nothing was. */
  async succeeded(id: string): Promise<void> {
    if ((await this.find(id)) === undefined) return;
    await this.repository.succeeded(id);
    this.known = undefined;
  }

  /** Ends a block that was for one of these reasons. Costs nothing where there is none. */
  async lift(id: string, reasons: readonly string[]): Promise<void> {
    const found = await this.find(id);
    if (found === undefined || !reasons.includes(found.reason ?? '')) return;
    await this.repository.lift(id, reasons);
    this.known = undefined;
  }

  /** Those something was wrong with, lately. */
  async states(): Promise<CircuitState[]> {
    return (await this.repository.all()).map(stateOf);
  }

  private async find(id: string): Promise<CircuitRow | undefined> {
    const { rows, readAt } = await this.fresh();
    const row = rows.get(id);
    if (row === undefined || row.blockedSeconds === null) return row;
    return { ...row, blockedSeconds: row.blockedSeconds - (performance.now() - readAt) / 1_000 };
  }

  private async fresh(): Promise<Known> {
    if (this.known !== undefined && performance.now() - this.known.readAt < FRESH_MS) return this.known;
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<Known> {
    const readAt = performance.now();
    const rows = new Map((await this.repository.all()).map((row) => [row.id, row]));
    this.known = { rows, readAt };
    return this.known;
  }
}

function stateOf({ id, failures, openings, blockedSeconds, reason, changedAt }: CircuitRow): CircuitState {
  const isBlocked = blockedSeconds !== null && blockedSeconds > 0;
  const state = isBlocked ? 'open' : openings > 0 ? 'half_open' : 'closed';
  return { id, state, failures, retryAfterSeconds: isBlocked ? Math.ceil(blockedSeconds) : null, reason, changedAt };
}
