import { Injectable } from '@nestjs/common';
import type { ApiKey, SystemTransaction, WorkspaceTransaction } from '#database';
import type { Scope } from '#identity';
import { type Page, pageOf, type PageRequest } from '#paging';
import type { KeyTraces } from './key-text.js';

export const KEY_STATUSES = ['active', 'expired', 'revoked'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** A key as people may see it. */
export interface KnownKey extends Omit<ApiKey, 'keyHash' | 'previousKeyHash' | 'scopes'> {
  scopes: Scope[];
  /** By the database's clock. */
  status: KeyStatus;
}

/** What a key is for; the part of it that may be changed. */
export interface KeyPurpose {
  name: string;
  scopes: Scope[];
  limitPerHour: number | null;
  expiresAt: Date | null;
}

/** Whose keys are meant. */
export interface KeyFilter {
  /** Null: everybody's. */
  userId: string | null;
  status?: KeyStatus;
}

/** A key that somebody shows, as the rows say. */
export interface ShownKey {
  id: string;
  workspaceId: string;
  userId: string;
  scopes: Scope[];
  limitPerHour: number | null;
  /** Until it ends by itself; null: never. */
  secondsLeft: number | null;
}

const LIVING = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';
const STATUS = `CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END`;
const KNOWN = `
  id, workspace_id AS "workspaceId", user_id AS "userId", name, prefix, last_four AS "lastFour",
  CASE WHEN previous_until > now() THEN previous_until END AS "previousUntil", scopes, limit_per_hour AS "limitPerHour",
  expires_at AS "expiresAt", revoked_at AS "revokedAt", last_used_at AS "lastUsedAt", created_at AS "createdAt",
  updated_at AS "updatedAt", ${STATUS} AS status`;
const FILTERED = `workspace_id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ($3::text IS NULL OR ${STATUS} = $3)`;

/** The API keys of a workspace. No method gives a hash out. */
@Injectable()
export class ApiKeysRepository {
  /** Makes others who add keys to the workspace wait until the transaction ends, so that what is counted stays true. */
  async lockCount(tx: WorkspaceTransaction): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`api-keys ${tx.workspaceId}`]);
  }

  async countLiving(tx: WorkspaceTransaction): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM api_keys WHERE workspace_id = $1 AND ${LIVING}`,
      [tx.workspaceId],
    );
    return row?.count ?? 0;
  }

  async insert(tx: WorkspaceTransaction, key: KeyPurpose & KeyTraces & { id: string; userId: string }): Promise<KnownKey> {
    const [row] = await tx.query<KnownKey>(
      `INSERT INTO api_keys (id, workspace_id, user_id, name, prefix, last_four, key_hash, scopes, limit_per_hour, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${KNOWN}`,
      [
        key.id,
        tx.workspaceId,
        key.userId,
        key.name,
        key.prefix,
        key.lastFour,
        key.keyHash,
        key.scopes,
        key.limitPerHour,
        key.expiresAt,
      ],
    );
    if (row === undefined) throw new Error('An inserted API key is always returned.');
    return row;
  }

  /** @param userId whose it must be; null: anybody's */
  async find(tx: WorkspaceTransaction, id: string, userId: string | null): Promise<KnownKey | null> {
    return this.select(tx, id, userId, '');
  }

  /** The same, and nobody else changes it until the transaction ends. */
  async lock(tx: WorkspaceTransaction, id: string, userId: string | null): Promise<KnownKey | null> {
    return this.select(tx, id, userId, 'FOR NO KEY UPDATE');
  }

  /** Newest first. */
  async list(tx: WorkspaceTransaction, { userId, status }: KeyFilter, request: PageRequest): Promise<Page<KnownKey>> {
    const { page, limit, after } = request;
    const filter = [tx.workspaceId, userId, status ?? null];
    const found = await tx.query<KnownKey>(
      `SELECT ${KNOWN} FROM api_keys WHERE ${FILTERED} AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5 OFFSET $6`,
      [...filter, after ?? null, limit + 1, after === undefined ? (page - 1) * limit : 0],
    );
    const [row] = await tx.query<{ count: number }>(`SELECT count(*)::int AS count FROM api_keys WHERE ${FILTERED}`, filter);
    return pageOf(found, row?.count ?? 0, request);
  }

  async change(tx: WorkspaceTransaction, id: string, purpose: KeyPurpose): Promise<void> {
    await tx.execute(
      `UPDATE api_keys SET name = $3, scopes = $4, limit_per_hour = $5, expires_at = $6, updated_at = now()
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, purpose.name, purpose.scopes, purpose.limitPerHour, purpose.expiresAt],
    );
  }

  /** Puts a new key in the place of the current one, which goes on for a while; one that did so already ends now. */
  async rotate(tx: WorkspaceTransaction, id: string, traces: KeyTraces, overlapSeconds: number): Promise<void> {
    await tx.execute(
      `UPDATE api_keys SET key_hash = $3, prefix = $4, last_four = $5, updated_at = now(),
         previous_key_hash = CASE WHEN $6::float8 > 0 THEN key_hash END,
         previous_until = CASE WHEN $6::float8 > 0 THEN clock_timestamp() + make_interval(secs => $6::float8) END
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, traces.keyHash, traces.prefix, traces.lastFour, overlapSeconds],
    );
  }

  async revoke(tx: WorkspaceTransaction, id: string): Promise<void> {
    await tx.execute(
      `UPDATE api_keys SET revoked_at = now(), updated_at = now(), previous_key_hash = NULL, previous_until = NULL
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id],
    );
  }

  /** Ends all living keys of a user, in every workspace. */
  async revokeAllOf(tx: SystemTransaction, userId: string): Promise<Pick<KnownKey, 'id' | 'workspaceId' | 'name' | 'prefix'>[]> {
    return tx.query(
      `UPDATE api_keys SET revoked_at = now(), updated_at = now(), previous_key_hash = NULL, previous_until = NULL
       WHERE user_id = $1 AND ${LIVING} RETURNING id, workspace_id AS "workspaceId", name, prefix`,
      [userId],
    );
  }

  /** The living key of a hash, also one that was rotated and still works. */
  async findShown(tx: SystemTransaction, keyHash: string): Promise<ShownKey | null> {
    const [row] = await tx.query<ShownKey>(
      `SELECT id, workspace_id AS "workspaceId", user_id AS "userId", scopes, limit_per_hour AS "limitPerHour",
         extract(epoch FROM least(expires_at, CASE WHEN key_hash <> $1 THEN previous_until END) - now())::float8 AS "secondsLeft"
       FROM api_keys
       WHERE (key_hash = $1 OR (previous_key_hash = $1 AND previous_until > now())) AND ${LIVING}`,
      [keyHash],
    );
    return row ?? null;
  }

  private async select(tx: WorkspaceTransaction, id: string, userId: string | null, suffix: string): Promise<KnownKey | null> {
    const [row] = await tx.query<KnownKey>(
      `SELECT ${KNOWN} FROM api_keys WHERE workspace_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id = $3) ${suffix}`,
      [tx.workspaceId, id, userId],
    );
    return row ?? null;
  }
}
