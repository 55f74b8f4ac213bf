import type { EntityTarget, FindOptionsWhere, Repository } from 'typeorm';
import type { Database } from './database.js';
import { rowStatement } from './row-statement.js';
import type { WorkspaceTransaction } from './transaction.js';

interface WorkspaceRow {
  id: string;
  workspaceId: string;
}

/**
 * Base of the repositories of a workspace's rows. Every method takes a transaction that knows its workspace, so a query without
 * one does not compile, and names the workspace in its own condition besides: row-level security is the second lock, not the first.
 */
export abstract class WorkspaceRepository<Entity extends WorkspaceRow> {
  protected constructor(private readonly entity: EntityTarget<Entity>) {}

  /** The row of that id, or null: also for another workspace's. */
  async find(tx: WorkspaceTransaction, id: string): Promise<Entity | null> {
    return this.rows(tx).findOne({ where: this.scope(tx, { id } as FindOptionsWhere<Entity>) });
  }

  /** As `find`, by itself and in one round trip: for requests that look at one row. */
  async look(database: Database, workspaceId: string, id: string): Promise<Entity | null> {
    const sql = rowStatement(database.metadataOf(this.entity));
    const [row] = await database.readInWorkspace<Entity>(workspaceId, sql, [id, workspaceId]);
    return row ?? null;
  }

  /** As `find`, and keeps the row from being deleted until the transaction ends. */
  async hold(tx: WorkspaceTransaction, id: string): Promise<Entity | null> {
    const sql = `${rowStatement(this.rows(tx).metadata)} FOR KEY SHARE`;
    const [row] = await tx.query<Entity>(sql, [id, tx.workspaceId]);
    return row ?? null;
  }

  /** Removes the row of that id; false when there is none. */
  async remove(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    const { affected } = await this.rows(tx).delete(this.scope(tx, { id } as FindOptionsWhere<Entity>));
    return (affected ?? 0) > 0;
  }

  protected rows(tx: WorkspaceTransaction): Repository<Entity> {
    return tx.manager.getRepository(this.entity);
  }

  /** The condition, with the transaction's workspace added. */
  protected scope(tx: WorkspaceTransaction, where: FindOptionsWhere<Entity>): FindOptionsWhere<Entity> {
    return { ...where, workspaceId: tx.workspaceId };
  }
}
