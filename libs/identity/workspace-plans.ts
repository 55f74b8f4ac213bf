import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import { ChangeFeed, Database, type Plan, type Workspace } from '#database';

const SET = `
UPDATE workspaces w SET plan = $2, quotas = $3, updated_at = now() FROM workspaces before
WHERE w.id = $1 AND before.id = w.id RETURNING before.plan`;

/** What workspaces have booked. Only whoever has the database sets it. */
@Injectable()
export class WorkspacePlans {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly changes: ChangeFeed,
  ) {}

  /**
   * Gives a workspace a plan, from the next request on; what is set aside for work under way stays.
   * @param quotas of its own, in place of the plan's
   * @returns the plan there was before; null when there is no such workspace
   */
  async set(workspaceId: string, plan: Plan, quotas: Workspace['quotas']): Promise<Plan | null> {
    return this.database.asSystem(async (tx) => {
      const [row] = await tx.query<{ plan: Plan }>(SET, [workspaceId, plan, JSON.stringify(quotas)]);
      if (row === undefined) return null;
      await this.audit.record(tx, {
        workspaceId,
        actor: { kind: 'system' },
        action: 'workspace.plan_changed',
        target: { kind: 'workspace', id: workspaceId },
        details: { before: row.plan, plan, ...quotas },
      });
      await this.changes.announce(tx, `workspace:${workspaceId}`);
      return row.plan;
    });
  }
}
