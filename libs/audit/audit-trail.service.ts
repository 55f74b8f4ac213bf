import { Injectable } from '@nestjs/common';
import { type AuditEntry, Database } from '#database';
import type { Page, PageRequest } from '#paging';
import { type AuditActor, AuditLog } from './audit-log.js';
import { AuditEntriesRepository, type AuditFilter } from './audit-entries.repository.js';
import { type ExportFormat, writeExport } from './audit-export.js';

/** Records read at once by an export. */
const BATCH = 1_000;

/** Who reads, where. */
export interface AuditReader {
  workspaceId: string;
  actor: AuditActor;
}

/** What was done in a workspace, for those who may look. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly entries: AuditEntriesRepository,
    private readonly log: AuditLog,
  ) {}

  /** Newest first. */
  async list(workspaceId: string, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
    return this.database.inWorkspace(workspaceId, (tx) => this.entries.list(tx, filter, page));
  }

  /**
   * Everything a filter lets through, newest first, as the text of a file. That it was taken is recorded before the first record is
   * given.
   */
  async export({ workspaceId, actor }: AuditReader, filter: AuditFilter, format: ExportFormat): Promise<AsyncGenerator<string>> {
    await this.database.inWorkspace(workspaceId, async (tx) => {
      const { from, to, ...rest } = filter;
      const details = { format, ...rest, ...(from && { from: from.toISOString() }), ...(to && { to: to.toISOString() }) };
      await this.log.record(tx, { workspaceId, actor, action: 'audit_log.exported', details });
    });
    return writeExport(format, this.batches(workspaceId, filter));
  }

  /** Each batch is a transaction of its own: a slow client holds none open. */
  private async *batches(workspaceId: string, filter: AuditFilter): AsyncGenerator<AuditEntry[]> {
    let after: string | null = null;
    for (let more = true; more;) {
      const found: AuditEntry[] = await this.walk(workspaceId, filter, after);
      if (found.length > 0) yield found;
      after = found.at(-1)?.id ?? null;
      more = found.length === BATCH;
    }
  }

  private async walk(workspaceId: string, filter: AuditFilter, after: string | null): Promise<AuditEntry[]> {
    return this.database.inWorkspace(workspaceId, (tx) => this.entries.walk(tx, filter, after, BATCH));
  }
}
