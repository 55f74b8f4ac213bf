import type { Schema } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type PerformanceQuery = QueryOf<Operation<'get', '/api/v1/providers/performance'>>;

/** The speech providers there are, what they cost and how they do. */
export class ProvidersResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  list(options?: RequestOptions): Promise<Schema<'ProvidersDto'>> {
    return this.transport.call('get', '/api/v1/providers', {}, options);
  }

  health(options?: RequestOptions): Promise<Schema<'ProvidersHealthDto'>> {
    return this.transport.call('get', '/api/v1/providers/health', {}, options);
  }

  performance(query: PerformanceQuery = {}, options?: RequestOptions): Promise<Schema<'ProvidersPerformanceDto'>> {
    return this.transport.call('get', '/api/v1/providers/performance', { query }, options);
  }
}
