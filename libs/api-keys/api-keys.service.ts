import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type AuditAction, AuditLog, type AuditRecord } from '#audit';
import { ChangeFeed, Database, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import { type Actor, outranks } from '#identity';
import type { Page, PageRequest } from '#paging';
import { apiKeysErrors } from './api-keys.errors.js';
import { ApiKeysRepository, type KeyPurpose, type KeyStatus, type KnownKey } from './api-keys.repository.js';
import { KeyRules } from './key-rules.js';
import { type CallsOfDay, KeyUsageRepository } from './key-usage.repository.js';
import { newKey, tracesOf } from './key-text.js';

/** A key with its text, which is given out this once. */
export interface KeyWithText {
  row: KnownKey;
  key: string;
}

const MOST_LIVING_KEYS = 100;

/** Makes, changes, rotates and ends API keys. Members have their own; admins and owners see all and may end them. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeysRepository,
    private readonly calls: KeyUsageRepository,
    private readonly rules: KeyRules,
    private readonly changes: ChangeFeed,
    private readonly effects: IdempotentEffects,
    private readonly audit: AuditLog,
  ) {}

  /** @throws FieldError api_key_scope_above_role, api_key_limit_above_plan, too_many_api_keys */
  async create(actor: Actor, purpose: KeyPurpose): Promise<KeyWithText> {
    this.refuseUnlessMayGive(actor, purpose);
    const key = newKey();
    const row = await this.database.inWorkspace(actor.workspaceId, async (tx) => {
      await this.keys.lockCount(tx);
      if ((await this.keys.countLiving(tx)) >= MOST_LIVING_KEYS)
        throw new FieldError(apiKeysErrors.too_many_api_keys, apiKeysErrors.too_many_api_keys.example);
      const made = await this.keys.insert(tx, { id: uuidv7(), userId: actor.userId, ...purpose, ...tracesOf(key) });
      await this.effects.mark(tx, locationOf(made.id));
      await this.record(tx, actor, 'api_key.created', made, { scopes: made.scopes, prefix: made.prefix });
      return made;
    });
    return { row, key };
  }

  async list(actor: Actor, status: KeyStatus | undefined, request: PageRequest): Promise<Page<KnownKey>> {
    return this.database.inWorkspace(actor.workspaceId, (tx) => this.keys.list(tx, { userId: ownerOf(actor), status }, request));
  }

  /** @throws FieldError api_key_not_found */
  async get(actor: Actor, id: string): Promise<KnownKey> {
    return this.database.inWorkspace(actor.workspaceId, async (tx) => found(await this.keys.find(tx, id, ownerOf(actor))));
  }

  /**
   * Changes what is named and leaves the rest.
   * @throws FieldError api_key_not_found, api_key_not_yours, api_key_ended, and what is wrong with the change
   */
  async change(actor: Actor, id: string, change: Partial<KeyPurpose>): Promise<KnownKey> {
    this.refuseUnlessMayGive(actor, change);
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const before = await this.lockOwn(tx, actor, id);
      const changed = Object.keys(change).filter((field) => change[field as keyof KeyPurpose] !== undefined);
      if (changed.length === 0) return before;
      await this.keys.change(tx, id, { ...before, ...definedOf(change) });
      await this.changes.announce(tx, `key:${id}`);
      const after = found(await this.keys.find(tx, id, actor.userId));
      await this.record(tx, actor, 'api_key.changed', after, { changed, scopes: after.scopes });
      return after;
    });
  }

  /**
   * Puts a new key in the place of the current one.
   * @param overlapSeconds how long the current one goes on; one that did so already ends at once
   * @throws FieldError api_key_not_found, api_key_not_yours, api_key_ended
   */
  async rotate(actor: Actor, id: string, overlapSeconds: number): Promise<KeyWithText> {
    const key = newKey();
    const row = await this.database.inWorkspace(actor.workspaceId, async (tx) => {
      await this.lockOwn(tx, actor, id);
      await this.keys.rotate(tx, id, tracesOf(key), overlapSeconds);
      await this.changes.announce(tx, `key:${id}`);
      await this.effects.mark(tx, locationOf(id));
      const rotated = found(await this.keys.find(tx, id, actor.userId));
      await this.record(tx, actor, 'api_key.rotated', rotated, { overlapSeconds, prefix: rotated.prefix });
      return rotated;
    });
    return { row, key };
  }

  /**
   * Ends a key; one that has been ended stays so.
   * @throws FieldError api_key_not_found
   */
  async revoke(actor: Actor, id: string): Promise<void> {
    await this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const key = found(await this.keys.lock(tx, id, ownerOf(actor)));
      if (key.status === 'revoked') return;
      await this.keys.revoke(tx, id);
      await this.changes.announce(tx, `key:${id}`);
      await this.record(tx, actor, 'api_key.revoked', key, { prefix: key.prefix, madeBy: key.userId });
    });
  }

  /**
   * Calls per day, oldest first.
   * @param from first day in UTC, as in 2026-09-01
   * @param to last day, included
   * @throws FieldError api_key_not_found
   */
  async usage(actor: Actor, id: string, from: string, to: string): Promise<CallsOfDay[]> {
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const key = found(await this.keys.find(tx, id, ownerOf(actor)));
      return this.calls.perDay(tx, key.id, from, to);
    });
  }

  private refuseUnlessMayGive(actor: Actor, { scopes, limitPerHour }: Partial<KeyPurpose>): void {
    this.rules.refuseScopesAbove(actor, scopes ?? []);
    if (typeof limitPerHour === 'number') this.rules.refuseLimitAbove(actor, limitPerHour);
  }

  private async lockOwn(tx: WorkspaceTransaction, actor: Actor, id: string): Promise<KnownKey> {
    const key = found(await this.keys.lock(tx, id, ownerOf(actor)));
    if (key.userId !== actor.userId)
      throw new FieldError(apiKeysErrors.api_key_not_yours, apiKeysErrors.api_key_not_yours.example);
    if (key.status !== 'active') throw new FieldError(apiKeysErrors.api_key_ended, apiKeysErrors.api_key_ended.example);
    return key;
  }

  private async record(
    tx: WorkspaceTransaction,
    actor: Actor,
    action: AuditAction,
    { id, name }: KnownKey,
    details: AuditRecord['details'],
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: actor.workspaceId,
      actor:
        actor.keyId === null
          ? { kind: 'user', id: actor.userId, name: actor.name }
          : { kind: 'key', id: actor.keyId, name: actor.name },
      action,
      target: { kind: 'api_key', id },
      details: { name, ...details },
    });
  }
}

/** Where a key is to be found. */
export function locationOf(id: string): string {
  return `/api/v1/api-keys/${id}`;
}

/** Whose keys the actor may see: null is everybody's. */
export function ownerOf({ role, userId }: Actor): string | null {
  return outranks(role, 'admin') ? null : userId;
}

function found(key: KnownKey | null): KnownKey {
  if (key === null) throw new FieldError(apiKeysErrors.api_key_not_found, apiKeysErrors.api_key_not_found.example);
  return key;
}

/** Null says something, undefined does not. */
function definedOf(change: Partial<KeyPurpose>): Partial<KeyPurpose> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
