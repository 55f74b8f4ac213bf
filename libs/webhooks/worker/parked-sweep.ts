import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { DeliveriesRepository } from '../deliveries.repository.js';
import { EndpointsRepository } from '../endpoints.repository.js';

const EVERY_MS = 5_000;
/** Endpoints in one sweep. */
const BATCH = 100;

/** Takes up deliveries that were parked at the very moment when the last of those before them ended. */
@Injectable()
export class ParkedSweep extends RegularSweep {
  protected override readonly everyMs = EVERY_MS;

  constructor(
    private readonly database: Database,
    log: Log,
    private readonly endpoints: EndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
  ) {
    super(log);
  }

  protected async remove(): Promise<Record<string, number>> {
    const forgotten = await this.database.asSystem((tx) => this.deliveries.forgotten(tx, BATCH));
    for (const { workspaceId, endpointId } of forgotten) {
      await this.database.inWorkspace(workspaceId, async (tx) => {
        const endpoint = await this.endpoints.lock(tx, endpointId);
        if (endpoint?.status === 'active') await this.deliveries.unpark(tx, endpointId);
      });
    }
    return { endpointsTakenUp: forgotten.length };
  }
}
