import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { type Gauge, Metrics } from '#observability';

/** How much of the connection pool of this process is in use. */
@Injectable()
export class PoolFigures implements OnModuleInit {
  private readonly connections: Gauge<'state'>;
  private readonly size: Gauge<never>;
  private readonly waiting: Gauge<never>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {
    this.connections = metrics.gauge({
      name: 'steno_database_pool_connections',
      help: 'Connections to Postgres of this process, busy and idle.',
      labels: ['state'],
    });
    this.size = metrics.gauge({
      name: 'steno_database_pool_size',
      help: 'Connections this process may have (DATABASE_POOL_SIZE).',
    });
    this.waiting = metrics.gauge({
      name: 'steno_database_pool_waiting',
      help: 'Callers in this process that wait for a connection.',
    });
  }

  onModuleInit(): void {
    // TypeORM does not say what its pool is; it is one of node-postgres.
    const pool = (this.dataSource.driver as PostgresDriver).master as Pool;
    this.metrics.whenAsked({
      source: 'pool',
      read: () => Promise.resolve(pool),
      show: () => {
        this.connections.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.connections.set({ state: 'idle' }, pool.idleCount);
        this.size.set({}, pool.options.max);
        this.waiting.set({}, pool.waitingCount);
      },
    });
  }
}
