import { Injectable } from '@nestjs/common';
import { messageOf } from '#errors';

/** Throws when the thing does not work, with a sentence that says what to look at. */
export type ReadinessCheck = () => Promise<void>;

export interface ReadinessReport {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string; milliseconds: number }>;
}

/** Longest a check may take: a load balancer's probe wants its answer. */
const CHECK_TIMEOUT_MS = 3_000;

/** What this process needs in order to serve. Rooms register their checks; the health routes ask. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private draining = false;

  /** Adds a check under a name that stands in the answer of /ready. */
  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** From now on the process answers "not ready", so that load balancers send nothing new while it finishes. */
  drain(): void {
    this.draining = true;
  }

  /** Whether the process is on its way out. */
  get isDraining(): boolean {
    return this.draining;
  }

  /** Runs every check at once. Never throws. */
  async report(): Promise<ReadinessReport> {
    const entries = await Promise.all([...this.checks].map(async ([name, check]) => [name, await this.run(check)] as const));
    const checks = Object.fromEntries(entries);
    if (this.draining) checks['draining'] = { ok: false, detail: 'The process is shutting down.', milliseconds: 0 };
    return { ready: Object.values(checks).every(({ ok }) => ok), checks };
  }

  private async run(check: ReadinessCheck): Promise<ReadinessReport['checks'][string]> {
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${CHECK_TIMEOUT_MS / 1000} s.`)), CHECK_TIMEOUT_MS);
    });
    try {
      await Promise.race([check(), timeout]);
      return { ok: true, milliseconds: elapsed() };
    } catch (error) {
      return { ok: false, detail: messageOf(error), milliseconds: elapsed() };
    } finally {
      clearTimeout(timer);
    }
  }
}
