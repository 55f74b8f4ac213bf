import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource, type EntityMetadata, type EntityTarget, type ObjectLiteral } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Log, Readiness } from '#observability';
import { translateDatabaseError } from './database.errors.js';
import { APP_ROLE, SYSTEM_ROLE, WORKSPACE_SETTING } from './roles.js';
import { SystemTransaction, type Transaction, WorkspaceTransaction } from './transaction.js';
import { type ReadParameter, type Statement, WorkspaceRead } from './workspace-read.js';

/** What statements gave. */
export interface StatementRows {
  /** The rows of one, by its place; of a type the caller vouches for. */
  of<Row extends object>(index: number): Row[];
}

/** Gives a connection back to the pool; with an error it is closed. */
type Release = (error?: Error) => void;

/** The way to Postgres: transactions inside a workspace, or as the system. */
@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Log,
    private readonly readiness: Readiness,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.refusePowerfulRole();
    await this.refuseMissingTables();
    this.readiness.register('database', async () => {
      await this.dataSource.query('SELECT 1');
    });
  }

  /** Runs last of all, so that whatever finishes during the shutdown can still write. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /**
   * Runs `work` in one transaction that sees one workspace.
   * @param workspaceId of the actor or of the job's row, never of a request body
   * @throws FieldError database_unavailable when Postgres cannot be reached; whether a commit under way went through is then unknown
   */
  async inWorkspace<T>(workspaceId: string, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
    return this.run(
      (manager) => new WorkspaceTransaction(manager, workspaceId),
      async (tx) => {
        // Local to the transaction: a plain SET would stay on the pooled connection and show the next request these rows.
        await tx.query(`SELECT set_config('${WORKSPACE_SETTING}', $1, true)`, [workspaceId]);
        return work(tx);
      },
    );
  }

  /**
   * Reads with one statement that sees one workspace: a third of the work of a transaction, for what answers most requests. What must
   * be seen at one moment with something else is read in `inWorkspace`.
   * @param workspaceId of the actor, never of a request body
   * @param sql a constant text with `$1` … for the parameters: each connection keeps it prepared
   * @returns the rows, of a type the caller vouches for
   * @throws FieldError database_unavailable when Postgres cannot be reached
   */
  async readInWorkspace<Row extends object>(
    workspaceId: string,
    sql: string,
    parameters: readonly ReadParameter[] = [],
  ): Promise<Row[]> {
    return (await this.together(workspaceId, [{ sql, parameters }])).rows<Row>();
  }

  /**
   * Runs statements in one transaction that sees one workspace, in one round trip: all of them, or none where one fails. For what is done
   * with every request; none of them can build on what another gave.
   * @returns what each of them gave
   * @throws FieldError database_unavailable as `inWorkspace`
   */
  async writeInWorkspace(workspaceId: string, ...statements: Statement[]): Promise<StatementRows> {
    const written = await this.together(workspaceId, statements);
    return { of: (index) => written.rows(index) };
  }

  private async together(workspaceId: string, statements: readonly Statement[]): Promise<WorkspaceRead> {
    try {
      const [client, release] = await this.connection();
      const started = performance.now();
      const read = await runRead(client, release, workspaceId, statements);
      this.tellIfSlow(performance.now() - started, statements);
      return read;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  /** How an entity lies in its table. */
  metadataOf(entity: EntityTarget<ObjectLiteral>): EntityMetadata {
    return this.dataSource.getMetadata(entity);
  }

  /** Runs `work` in one transaction that sees all workspaces. */
  async asSystem<T>(work: (tx: SystemTransaction) => Promise<T>): Promise<T> {
    return this.run(
      (manager) => new SystemTransaction(manager),
      async (tx) => {
        await tx.execute(`SET LOCAL ROLE ${SYSTEM_ROLE}`);
        return work(tx);
      },
    );
  }

  private async run<Tx extends Transaction, T>(
    open: (manager: DataSource['manager']) => Tx,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    let opened: Tx | undefined;
    try {
      const result = await this.dataSource.transaction((manager) => {
        opened = open(manager);
        return work(opened);
      });
      opened?.notifyCommitted();
      return result;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  /** As TypeORM does it for its own statements. */
  private tellIfSlow(milliseconds: number, statements: readonly Statement[]): void {
    const { options, logger } = this.dataSource;
    const { maxQueryExecutionTime: most = 0 } = options;
    if (most > 0 && milliseconds > most) logger.logQuerySlow(milliseconds, statements.map(({ sql }) => sql).join('; '));
  }

  /** One of the pool that TypeORM uses, too. */
  private async connection(): Promise<[PoolClient, Release]> {
    return (await (this.dataSource.driver as PostgresDriver).obtainMasterConnection()) as [PoolClient, Release];
  }

  /** Without this the process would start and fail at everything, over and over. */
  private async refuseMissingTables(): Promise<void> {
    const [row] = await this.dataSource.query<{ there: boolean }[]>(`SELECT to_regclass('public.jobs') IS NOT NULL AS there`);
    if (row?.there !== true) throw new Error('The tables are not there yet: run the migrations (npm run migrate) first.');
  }

  /** Row-level security does not bind superusers, owners or roles with BYPASSRLS: refuse to start as one. */
  private async refusePowerfulRole(): Promise<void> {
    const [role] = await this.dataSource.query<{ name: string; powerful: boolean }[]>(
      'SELECT current_user AS name, rolsuper OR rolbypassrls AS powerful FROM pg_roles WHERE rolname = current_user',
    );
    if (role === undefined || role.powerful || role.name !== APP_ROLE) {
      throw new Error(
        `The apps must work as the role ${APP_ROLE}, not as ${role?.name ?? 'an unknown role'}: row-level security would not hold.`,
      );
    }
    this.log.debug('Connected to Postgres', { role: role.name });
  }
}

/** Runs a read and gives its connection back. */
async function runRead(
  client: PoolClient,
  release: Release,
  workspaceId: string,
  statements: readonly Statement[],
): Promise<WorkspaceRead> {
  // A connection that breaks tells the read, too; without a listener it would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  return new Promise((resolve, reject) => {
    const read = new WorkspaceRead(client, workspaceId, statements, (error) => {
      client.off('error', ignore);
      release(error);
      if (error === undefined) resolve(read);
      else reject(error);
    });
    client.query(read);
  });
}
