import { Injectable } from '@nestjs/common';
import { type ProviderStanding, ProviderStandings } from '#circuits';
import { Log, Readiness, type ReadinessReport, VERSION } from '#observability';
import { QueueStatus } from '#queues';

/** Whether this process does its work. */
export interface Health {
  status: 'ok' | 'failing';
  app: string;
  version: string;
  uptimeSeconds: number;
}

/** The same, with what it is told from. What cannot be read is null. */
export interface DetailedHealth extends Health {
  checks: ReadinessReport['checks'];
  queues: QueueHealth[] | null;
  workers: number | null;
  providers: ProviderStanding[] | null;
  memory: { residentBytes: number; heapUsedBytes: number };
}

/** The jobs of one name. */
export interface QueueHealth {
  name: string;
  waiting: number;
  running: number;
  slots: number | null;
  /** Since when the one that waits for longest has been due; null when none waits. */
  oldestSeconds: number | null;
}

/** How this process does, and what it knows of the installation. */
@Injectable()
export class HealthReports {
  constructor(
    private readonly readiness: Readiness,
    private readonly queueStatus: QueueStatus,
    private readonly standings: ProviderStandings,
    private readonly log: Log,
  ) {}

  async health(): Promise<Health> {
    return this.healthOf((await this.readiness.report()).ready);
  }

  async detailed(): Promise<DetailedHealth> {
    const [readiness, queues, providers] = await Promise.all([
      this.readiness.report(),
      this.orNull(() => this.queueStatus.report()),
      this.orNull(() => this.standings.all()),
    ]);
    const { rss, heapUsed } = process.memoryUsage();
    return {
      ...this.healthOf(readiness.ready),
      checks: readiness.checks,
      queues:
        queues?.queues.map(({ name, waiting, running, slots, oldestSeconds }) => ({
          name,
          waiting,
          running,
          slots,
          oldestSeconds,
        })) ?? null,
      workers: queues?.workers.length ?? null,
      providers,
      memory: { residentBytes: rss, heapUsedBytes: heapUsed },
    };
  }

  /** Every provider the installation has keys of, and those something is wrong with. */
  async providers(): Promise<ProviderStanding[]> {
    return this.standings.all();
  }

  private healthOf(ready: boolean): Health {
    return { status: ready ? 'ok' : 'failing', app: this.log.app, version: VERSION, uptimeSeconds: Math.floor(process.uptime()) };
  }

  /** A report is wanted most when something it reads does not answer. */
  private async orNull<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      this.log.warn('A part of the health report could not be read', { error });
      return null;
    }
  }
}
