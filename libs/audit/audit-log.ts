import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Transaction } from '#database';
import { currentContext } from '#observability';
import type { AuditAction } from './actions.js';

/** Who did it. */
export type AuditActor =
  | { kind: 'user'; id: string; name: string }
  | { kind: 'key'; id: string; name: string }
  | { kind: 'system' }
  | { kind: 'anonymous' };

/** One thing that was done. Never a secret in it. */
export interface AuditRecord {
  /** Null where no workspace is concerned; such a record wants a system transaction. */
  workspaceId: string | null;
  actor: AuditActor;
  action: AuditAction;
  target?: { kind: string; id: string };
  details?: Record<string, string | number | boolean | null | string[]>;
}

const INSERT = `
INSERT INTO audit_log (id, workspace_id, action, actor_kind, actor_id, actor_name, target_kind, target_id, details, address, device, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

/** The record of what was done. What is recorded commits with the deed; the database lets nobody change it afterwards. */
@Injectable()
export class AuditLog {
  /** Adds a record; from where it was done comes from the running request. */
  async record(tx: Transaction, { workspaceId, actor, action, target, details = {} }: AuditRecord): Promise<void> {
    const { address = null, device = null, requestId = null } = currentContext() ?? {};
    const [actorId, actorName] = 'id' in actor ? [actor.id, actor.name] : [null, null];
    await tx.execute(INSERT, [
      uuidv7(),
      workspaceId,
      action,
      actor.kind,
      actorId,
      actorName,
      target?.kind ?? null,
      target?.id ?? null,
      JSON.stringify(details),
      address,
      device,
      requestId,
    ]);
  }
}
