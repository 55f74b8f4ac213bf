import { Injectable } from '@nestjs/common';
import type { Role, SystemTransaction } from '#database';
import { FieldError } from '#errors';
import {
  type Actor,
  identityErrors,
  type LivingWorkspace,
  MembershipsRepository,
  type Permission,
  roleMay,
  WorkspacesRepository,
} from '#identity';
import { workspacesErrors } from './workspaces.errors.js';

/** A workspace nobody else changes until the transaction ends, and the actor's role in it as it is now. */
export interface LockedWorkspace extends LivingWorkspace {
  role: Role;
}

/**
 * The way into every change of a workspace: its row is locked, and the role is read again. What the guard knew may be a second old;
 * in here it is exact, so that of two changes at once the second sees what the first did.
 */
@Injectable()
export class LockedWorkspaces {
  constructor(
    private readonly workspaces: WorkspacesRepository,
    private readonly memberships: MembershipsRepository,
  ) {}

  /**
   * The workspace of the actor.
   * @throws FieldError workspace_not_found, permission_denied
   */
  async lock(tx: SystemTransaction, actor: Actor, permission: Permission): Promise<LockedWorkspace> {
    const workspace = await this.workspaces.lock(tx, actor.workspaceId);
    const membership = workspace && (await this.memberships.find(tx, workspace.id, actor.userId));
    if (workspace === null || membership === null) throw workspaceNotFound();
    assertMay(membership.role, permission);
    return { ...workspace, role: membership.role };
  }

  /**
   * The same, for what only teams have.
   * @throws FieldError personal_workspace
   */
  async lockTeam(tx: SystemTransaction, actor: Actor, permission: Permission): Promise<LockedWorkspace> {
    const workspace = await this.lock(tx, actor, permission);
    if (workspace.kind === 'personal')
      throw new FieldError(workspacesErrors.personal_workspace, workspacesErrors.personal_workspace.example);
    return workspace;
  }
}

/** @throws FieldError permission_denied */
export function assertMay(role: Role, permission: Permission): void {
  if (roleMay(role, permission)) return;
  throw new FieldError(
    identityErrors.permission_denied,
    `This needs the permission ${permission}, which the role ${role} does not have. Ask an owner of the workspace.`,
  );
}

export function workspaceNotFound(): FieldError {
  return new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
}
