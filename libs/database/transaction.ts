import type { EntityManager, QueryResult, QueryRunner } from 'typeorm';

type AfterCommit = () => void;

/** One open transaction. Everything that reads or writes takes one, so that what belongs together commits together. */
export abstract class Transaction {
  private readonly callbacks: AfterCommit[] = [];

  constructor(readonly manager: EntityManager) {}

  /**
   * Runs one statement.
   * @param sql with `$1` … for the parameters
   * @returns the rows, for statements that give rows; of a type the caller vouches for
   */
  async query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.run<Row>(sql, parameters)).records;
  }

  /** Runs one statement and returns how many rows it changed. A compare-and-set that lost returns 0. */
  async execute(sql: string, parameters: unknown[] = []): Promise<number> {
    return (await this.run<object>(sql, parameters)).affected ?? 0;
  }

  /** Calls back once the transaction has committed, and not when it rolls back. The callback must not throw. */
  afterCommit(callback: AfterCommit): void {
    this.callbacks.push(callback);
  }

  /** For `Database` alone. */
  notifyCommitted(): void {
    for (const callback of this.callbacks) callback();
  }

  private async run<Row>(sql: string, parameters: unknown[]): Promise<QueryResult<Row>> {
    return (await this.queryRunner.query(sql, parameters, true)) as QueryResult<Row>;
  }

  private get queryRunner(): QueryRunner {
    const runner = this.manager.queryRunner;
    if (runner === undefined) throw new Error('A transaction always has its query runner.');
    return runner;
  }
}

/** A transaction inside one workspace: row-level security shows it that workspace and nothing else. */
export class WorkspaceTransaction extends Transaction {
  constructor(
    manager: EntityManager,
    readonly workspaceId: string,
  ) {
    super(manager);
  }
}

/** A transaction that sees all workspaces. For sign-in, the relay, leases and sweeps; never for a request's own rows. */
export class SystemTransaction extends Transaction {
  /** Marks the type, so that a workspace transaction is not taken for this one. */
  readonly system = true;
}
