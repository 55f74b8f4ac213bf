import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditLog, type AuditRecord } from '#audit';
import type { SystemTransaction } from '#database';
import type { Account } from './accounts.repository.js';

/** Records what somebody did with their own account, in its personal workspace. */
@Injectable()
export class AccountAudit {
  constructor(private readonly audit: AuditLog) {}

  async record(
    tx: SystemTransaction,
    { userId, name, workspaceId }: Account,
    action: AuditAction,
    details: AuditRecord['details'] = {},
  ): Promise<void> {
    const actor = { kind: 'user', id: userId, name } as const;
    await this.audit.record(tx, { workspaceId, actor, action, target: { kind: 'user', id: userId }, details });
  }
}
