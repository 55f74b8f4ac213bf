import { Injectable } from '@nestjs/common';
import type { SystemTransaction, Transaction, WorkspaceTransaction } from '#database';
import type { SealedPlace } from '#vault';

interface MailRow {
  id: string;
  workspaceId: string;
  recipient: string;
  subject: string;
  contentSealed: Buffer;
  createdAt: Date;
}

/** Where the content of a letter is sealed for. */
export function contentPlace(id: string): SealedPlace {
  return { table: 'mails', column: 'content_sealed', row: id };
}

/** The letters that are owed, sent or given up. */
@Injectable()
export class MailsRepository {
  async insert(tx: Transaction, mail: Omit<MailRow, 'createdAt'>): Promise<void> {
    await tx.execute(`INSERT INTO mails (id, workspace_id, recipient, subject, content_sealed) VALUES ($1, $2, $3, $4, $5)`, [
      mail.id,
      mail.workspaceId,
      mail.recipient,
      mail.subject,
      mail.contentSealed,
    ]);
  }

  /** The letter if it is still to be sent. */
  async findWaiting(tx: WorkspaceTransaction, id: string): Promise<MailRow | null> {
    const [row] = await tx.query<MailRow>(
      `SELECT id, workspace_id AS "workspaceId", recipient, subject, content_sealed AS "contentSealed", created_at AS "createdAt"
       FROM mails WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'`,
      [tx.workspaceId, id],
    );
    return row ?? null;
  }

  /** The mail server has it: what it said is forgotten. */
  async markSent(tx: WorkspaceTransaction, id: string): Promise<void> {
    await tx.execute(
      `UPDATE mails SET state = 'sent', sent_at = now(), content_sealed = NULL
       WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'`,
      [tx.workspaceId, id],
    );
  }

  /** It will not be sent: what it said is forgotten, too. */
  async markFailed(tx: WorkspaceTransaction, id: string, failure: string): Promise<void> {
    await tx.execute(
      `UPDATE mails SET state = 'failed', failure = $3, content_sealed = NULL
       WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'`,
      [tx.workspaceId, id, failure],
    );
  }

  /** Removes those that were sent or given up so many days ago. */
  async sweep(tx: SystemTransaction, days: number): Promise<number> {
    return tx.execute(
      `DELETE FROM mails WHERE state <> 'waiting' AND coalesce(sent_at, created_at) < now() - make_interval(days => $1)`,
      [days],
    );
  }
}
