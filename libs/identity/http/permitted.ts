import { FieldError } from '#errors';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { type Permission, platformRoleMay, roleMay, scopeFor, scopesMay } from '../permissions.js';

/** @throws FieldError permission_denied when the actor's role, in the workspace or on the platform, or a key's scopes do not reach so far */
export function refuseUnlessMay(actor: Actor, permission: Permission): void {
  if (actor.scopes !== null && !scopesMay(actor.scopes, permission)) throw scopeMissing(permission);
  if (!roleMay(actor.role, permission)) throw permissionDenied(permission, actor);
  if (!platformRoleMay(actor.platformRole, permission)) throw platformRoleMissing(permission);
}

function permissionDenied(permission: Permission, actor: Actor): FieldError {
  return new FieldError(
    identityErrors.permission_denied,
    `This needs the permission ${permission}, which the role ${actor.role} does not have. Ask an owner of the workspace.`,
  );
}

function platformRoleMissing(permission: Permission): FieldError {
  const detail = `This needs the permission ${permission}, which only those who run this service have. Ask them.`;
  return new FieldError(identityErrors.permission_denied, detail);
}

function scopeMissing(permission: Permission): FieldError {
  const scope = scopeFor(permission);
  return new FieldError(
    identityErrors.permission_denied,
    scope === null
      ? `This needs the permission ${permission}, which no API key has. Sign in as a person.`
      : `This needs the permission ${permission}, which this API key does not have. Use a key with the scope ${scope}.`,
  );
}
