import { Client, type ClientConfig } from 'pg';
import { nameAnew, statementName } from './statement-names.js';

type Query = (...given: unknown[]) => unknown;

/** Postgres' word for a prepared statement whose columns a migration has changed; it stays so for as long as the statement is there. */
const STALE = /cached plan must not change result type/;

/**
 * A connection of the pool that outlives its errors, and keeps prepared what is asked again and again: planning takes Postgres longer than
 * carrying out most of our statements.
 */
export class HeardClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    // A session that the server ends between two owners of its connection has nobody who listens, and an error event that nobody
    // listens to ends the process. Nothing is hidden by it: whoever uses the connection next is told.
    this.on('error', () => undefined);
    const query = this.query.bind(this) as Query;
    const preparing: Query = (text, values, ...rest) => {
      const name = typeof text === 'string' && Array.isArray(values) ? statementName(text) : undefined;
      if (typeof text !== 'string' || name === undefined) return query(text, values, ...rest);
      const result = query({ name, text, values }, ...rest);
      if (result instanceof Promise) result.catch((error: unknown) => renameIfStale(text, error));
      return result;
    };
    this.query = preparing as Client['query'];
  }
}

function renameIfStale(text: string, error: unknown): void {
  if (error instanceof Error && STALE.test(error.message)) nameAnew(text);
}
