import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '#audit';
import { Database, type Reading, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { type Actor, ActorsRepository, type CredentialReader, Credentials, identityErrors, Principals } from '#identity';
import { ApiKeysRepository } from './api-keys.repository.js';
import { hashKey, isKey, KEY_START } from './key-text.js';

/** Who stands behind an API key: whoever made it, with the role they have now, held to the key's scopes. */
@Injectable()
export class KeyActors implements CredentialReader, OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeysRepository,
    private readonly members: ActorsRepository,
    private readonly principals: Principals,
    private readonly credentials: Credentials,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.credentials.register(this);
  }

  /** Also what only looks like a key: it is nothing else. */
  recognises(token: string): boolean {
    return token.startsWith(KEY_START);
  }

  /** @throws FieldError api_key_invalid, the same for whatever is wrong with it; workspace_not_found for a workspace not its own */
  async actorOf(token: string, workspaceId: string | null): Promise<Actor> {
    if (!isKey(token)) throw keyInvalid();
    const hash = hashKey(token);
    const actor = await this.principals.of(`key ${hash}`, () => this.load(hash));
    if (workspaceId === null || workspaceId.toLowerCase() === actor.workspaceId) return actor;
    throw new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
  }

  async endAllOf(tx: SystemTransaction, userId: string): Promise<void> {
    for (const { id, workspaceId, name, prefix } of await this.keys.revokeAllOf(tx, userId))
      await this.audit.record(tx, {
        workspaceId,
        actor: { kind: 'system' },
        action: 'api_key.revoked',
        target: { kind: 'api_key', id },
        details: { name, prefix, madeBy: userId },
      });
  }

  private async load(hash: string): Promise<Reading<Actor>> {
    return this.database.asSystem(async (tx) => {
      const key = await this.keys.findShown(tx, hash);
      if (key === null) throw keyInvalid();
      const member = await this.members.ofUser(tx, key.userId, key.workspaceId);
      if (member === null) throw keyInvalid();
      const { id, scopes, limitPerHour, secondsLeft } = key;
      return {
        value: { ...member, kind: 'key', sessionId: null, keyId: id, scopes, keyLimitPerHour: limitPerHour },
        subjects: [`key:${id}`, `user:${member.userId}`, `workspace:${member.workspaceId}`],
        secondsLeft: secondsLeft ?? Infinity,
      };
    });
  }
}

function keyInvalid(): FieldError {
  return new FieldError(identityErrors.api_key_invalid, identityErrors.api_key_invalid.example);
}
