import type { AuditActor } from '#audit';
import type { Actor } from './actor.js';

/** The actor of a request as the record of what was done names it. A key goes by the name of the person it acts for. */
export function auditActorOf({ userId, keyId, name }: Actor): AuditActor {
  return keyId === null ? { kind: 'user', id: userId, name } : { kind: 'key', id: keyId, name };
}
