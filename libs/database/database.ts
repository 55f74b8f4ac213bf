import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Log, Readiness } from '#observability';
import { translateDatabaseError } from './database.errors.js';
import { APP_ROLE, SYSTEM_ROLE, WORKSPACE_SETTING } from './roles.js';
import { SystemTransaction, type Transaction, WorkspaceTransaction } from './transaction.js';

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
