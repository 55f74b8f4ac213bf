import { Client, type ClientConfig } from 'pg';

/**
 * A session that the server ends between two owners of its connection has nobody who listens, and an error event that nobody listens to
 * ends the process. Nothing is hidden by it: whoever uses the connection next is told.
 */
export class HeardClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
