import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { ProviderKey, type ProviderKeyStatus, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

/** A key's row with its secret. */
export type SealedProviderKey = Pick<ProviderKey, 'id' | 'provider' | 'lastFour' | 'status' | 'sealed'>;

const SEALED = `SELECT id, provider, last_four AS "lastFour", status, sealed FROM provider_keys WHERE workspace_id = $1`;

/** The workspaces' own keys. */
@Injectable()
export class ProviderKeysRepository extends WorkspaceRepository<ProviderKey> {
  constructor() {
    super(ProviderKey);
  }

  async insert(
    tx: WorkspaceTransaction,
    key: Pick<ProviderKey, 'id' | 'provider' | 'name' | 'sealed' | 'lastFour' | 'createdBy'>,
  ): Promise<void> {
    await this.rows(tx).insert({ ...key, workspaceId: tx.workspaceId, status: 'active', validatedAt: () => 'now()' });
  }

  /** Newest first. */
  async list(tx: WorkspaceTransaction, request: PageRequest, filter: { provider?: string }): Promise<Page<ProviderKey>> {
    const { page, limit, after } = request;
    const where = this.scope(tx, { ...(after === undefined ? {} : { id: LessThan(after) }), ...filter });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(this.scope(tx, filter)), request);
  }

  /** The key with its secret, or null. */
  async findSealed(tx: WorkspaceTransaction, id: string): Promise<SealedProviderKey | null> {
    const [row] = await tx.query<SealedProviderKey>(`${SEALED} AND id = $2`, [tx.workspaceId, id]);
    return row ?? null;
  }

  /** The key to use for a provider: the first active one; a rejected one only when there is no other, so that it is not passed over. */
  async findFirst(tx: WorkspaceTransaction, provider: string): Promise<SealedProviderKey | null> {
    const [row] = await tx.query<SealedProviderKey>(
      `${SEALED} AND provider = $2 AND status <> 'disabled' ORDER BY status = 'active' DESC, id LIMIT 1`,
      [tx.workspaceId, provider],
    );
    return row ?? null;
  }

  /** The providers the workspace has keys for that are not disabled, and whether it has an active one of each. */
  async providers(tx: WorkspaceTransaction): Promise<Map<string, { isActive: boolean }>> {
    const rows = await tx.query<{ provider: string; isActive: boolean }>(
      `SELECT provider, bool_or(status = 'active') AS "isActive" FROM provider_keys
       WHERE workspace_id = $1 AND status <> 'disabled' GROUP BY provider`,
      [tx.workspaceId],
    );
    return new Map(rows.map(({ provider, isActive }) => [provider, { isActive }]));
  }

  /** False when there is no such key. */
  async change(
    tx: WorkspaceTransaction,
    id: string,
    { name, status }: { name?: string; status?: ProviderKeyStatus },
  ): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE provider_keys SET name = coalesce($3, name), status = coalesce($4, status), updated_at = now()
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, name ?? null, status ?? null],
    );
    return changed > 0;
  }

  /** Puts another secret, which its provider has taken, into the row. A disabled key stays disabled. */
  async replaceSecret(
    tx: WorkspaceTransaction,
    id: string,
    { sealed, lastFour }: Pick<ProviderKey, 'sealed' | 'lastFour'>,
  ): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE provider_keys SET sealed = $3, last_four = $4, validated_at = now(), last_error_code = NULL, updated_at = now(),
         status = CASE WHEN status = 'rejected' THEN 'active' ELSE status END
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, sealed, lastFour],
    );
    return changed > 0;
  }

  /** Writes down that the provider took the key; a rejected one is active again. False when its secret is another by now. */
  async accept(tx: WorkspaceTransaction, { id, sealed }: Pick<SealedProviderKey, 'id' | 'sealed'>): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE provider_keys SET validated_at = now(), last_error_code = NULL, updated_at = now(),
         status = CASE WHEN status = 'rejected' THEN 'active' ELSE status END
       WHERE workspace_id = $1 AND id = $2 AND sealed = $3`,
      [tx.workspaceId, id, sealed],
    );
    return changed > 0;
  }

  /**
   * Writes down that the provider refused the key; a disabled one stays disabled.
   * @returns what it was before; null when its secret is another by now, or it is gone
   */
  async reject(
    tx: WorkspaceTransaction,
    { id, sealed }: Pick<SealedProviderKey, 'id' | 'sealed'>,
    code: string,
  ): Promise<ProviderKeyStatus | null> {
    const [row] = await tx.query<{ status: ProviderKeyStatus }>(
      `SELECT status FROM provider_keys WHERE workspace_id = $1 AND id = $2 AND sealed = $3 FOR UPDATE`,
      [tx.workspaceId, id, sealed],
    );
    if (row === undefined) return null;
    await tx.execute(
      `UPDATE provider_keys SET last_error_code = $3, updated_at = now(),
         status = CASE WHEN status = 'active' THEN 'rejected' ELSE status END
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, code],
    );
    return row.status;
  }
}
