import { Injectable } from '@nestjs/common';
import { And, type FindOptionsWhere, LessThan, MoreThanOrEqual } from 'typeorm';
import { AuditEntry, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';
import type { AuditAction } from './actions.js';

/** Which records of a workspace. */
export interface AuditFilter {
  action?: AuditAction;
  actorId?: string;
  targetKind?: string;
  targetId?: string;
  /** Not before. */
  from?: Date;
  /** Not after. */
  to?: Date;
}

/** Reads the record of what was done. There is nothing here to change it: the database would refuse. */
@Injectable()
export class AuditEntriesRepository {
  /** Newest first. */
  async list(tx: WorkspaceTransaction, filter: AuditFilter, request: PageRequest): Promise<Page<AuditEntry>> {
    const { page, limit, after } = request;
    const entries = tx.manager.getRepository(AuditEntry);
    const wanted = wantedOf(tx, filter);
    const where = after === undefined ? wanted : { ...wanted, id: LessThan(after) };
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await entries.find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await entries.countBy(wanted), request);
  }

  /** The next so many after an id (the newest when null), without counting: for walking through all of them. */
  async walk(tx: WorkspaceTransaction, filter: AuditFilter, after: string | null, limit: number): Promise<AuditEntry[]> {
    const where = { ...wantedOf(tx, filter), ...(after === null ? {} : { id: LessThan(after) }) };
    return tx.manager.getRepository(AuditEntry).find({ where, order: { id: 'DESC' }, take: limit });
  }
}

function wantedOf(tx: WorkspaceTransaction, { from, to, ...equal }: AuditFilter): FindOptionsWhere<AuditEntry> {
  const span = [...(from === undefined ? [] : [MoreThanOrEqual(from)]), ...(to === undefined ? [] : [LessThan(afterThat(to))])];
  return { ...equal, ...(span.length === 0 ? {} : { at: And(...span) }), workspaceId: tx.workspaceId };
}

/** Postgres counts microseconds, everybody else sees milliseconds: all of the last one are meant. */
function afterThat(time: Date): Date {
  return new Date(time.getTime() + 1);
}
