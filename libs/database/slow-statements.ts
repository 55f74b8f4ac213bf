import type { Logger } from 'typeorm';
import { type Counter, currentContext, type Log, type Metrics } from '#observability';

/** Enough to recognise a statement by. */
const SHOWN_CHARACTERS = 600;

/** Says which statements took long and what they were for. Values are left out: they are what people said, or secrets. */
export class SlowStatements implements Logger {
  private readonly slow: Counter<never>;

  constructor(
    private readonly lines: Log,
    metrics: Metrics,
  ) {
    this.slow = metrics.counter({
      name: 'steno_database_slow_statements_total',
      help: 'Statements that took longer than DATABASE_SLOW_STATEMENT_MS.',
    });
  }

  /** @param milliseconds from sending the statement to its last row */
  logQuerySlow(milliseconds: number, statement: string): void {
    this.slow.add({});
    this.lines.warn('A statement was slow', {
      milliseconds: Math.round(milliseconds),
      route: currentContext()?.route,
      statement: statement.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS),
    });
  }

  // What TypeORM says besides is thrown as an error, too, or nobody's business.
  logQuery(): void {
    return;
  }

  logQueryError(): void {
    return;
  }

  logSchemaBuild(): void {
    return;
  }

  logMigration(): void {
    return;
  }

  log(): void {
    return;
  }
}
