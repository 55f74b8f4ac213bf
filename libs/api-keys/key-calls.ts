import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { CallCounts, type CallTotal } from '#rate-limits';
import { type CountedCalls, KeyUsageRepository } from './key-usage.repository.js';

const COUNTER = /^key:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{4}-\d\d-\d\d)$/;

/** Takes in how often keys were used. What comes twice counts once: totals are written, not added. */
@Injectable()
export class KeyCalls implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly usage: KeyUsageRepository,
    private readonly counts: CallCounts,
  ) {}

  onModuleInit(): void {
    this.counts.register((totals) => this.write(totals));
  }

  private async write(totals: readonly CallTotal[]): Promise<void> {
    const counted = totals.flatMap(ofKey);
    if (counted.length > 0) await this.database.asSystem((tx) => this.usage.write(tx, counted));
  }
}

/** None for counters of other things. */
function ofKey({ counter, ...total }: CallTotal): CountedCalls[] {
  const [, keyId, day] = COUNTER.exec(counter) ?? [];
  return keyId === undefined || day === undefined ? [] : [{ keyId, day, ...total }];
}
