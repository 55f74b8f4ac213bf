import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type MeasuredSpeed, nameOf } from '#speech';
import { OutlookRepository, type Speeds } from './outlook.repository.js';

/** How long speeds are remembered: they are means of many calls, and orders come by the second. */
const REMEMBERED_MS = 30_000;
/** The last ones of all workspaces. */
const MEASURED_CALLS = 1_000;

/** How fast engines were lately, for whoever is to choose the fastest. */
@Injectable()
export class MeasuredSpeeds {
  private speeds: Speeds = {};
  private reading?: Promise<void>;
  private readAt = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly repository: OutlookRepository,
  ) {}

  /** Seconds of sound that an engine did in a second, as of the last `refresh`. */
  readonly of: MeasuredSpeed = (choice) => this.speeds[nameOf(choice)];

  /** Reads them unless that was done just before. Belongs before a transaction, for it takes one of its own. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < REMEMBERED_MS) return;
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    await this.reading;
  }

  private async read(): Promise<void> {
    this.speeds = await this.database.asSystem((tx) => this.repository.speeds(tx, MEASURED_CALLS));
    this.readAt = performance.now();
  }
}
