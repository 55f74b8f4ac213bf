import type { Quotas, Schema, Usage } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type UsageQuery = QueryOf<Operation<'get', '/api/v1/usage'>>;
type ExportQuery = QueryOf<Operation<'get', '/api/v1/usage/export'>>;

/** What was used, what it cost, and what is left. */
export class UsageResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  get(query: UsageQuery = {}, options?: RequestOptions): Promise<Usage> {
    return this.transport.call('get', '/api/v1/usage', { query }, options);
  }

  quotas(options?: RequestOptions): Promise<Quotas> {
    return this.transport.call('get', '/api/v1/usage/quotas', {}, options);
  }

  /** @param month such as 2026-03 */
  report(month: string, options?: RequestOptions): Promise<Schema<'MonthlyReportDto'>> {
    return this.transport.call('get', '/api/v1/usage/reports/{month}', { path: { month } }, options);
  }

  /** Every call to a provider as a file, CSV unless told otherwise. */
  export(query: ExportQuery = {}, options: RequestOptions = {}): Promise<Blob> {
    const request = this.transport.toRoute('get', '/api/v1/usage/export', { ...options, query });
    return this.transport.send(request, (response) => response.blob());
  }
}
