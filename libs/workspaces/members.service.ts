import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditRecord } from '#audit';
import { ChangeFeed, Database, type Role, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { type Actor, auditActorOf, type MemberOfWorkspace, MembershipsRepository, outranks, roleMay } from '#identity';
import type { Page, PageRequest } from '#paging';
import { InvitationsRepository } from './invitations.repository.js';
import { assertMay, type LockedWorkspace, LockedWorkspaces } from './locked-workspaces.js';
import { workspacesErrors } from './workspaces.errors.js';

/** Who belongs to a workspace, and as what. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly memberships: MembershipsRepository,
    private readonly invitations: InvitationsRepository,
    private readonly locked: LockedWorkspaces,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
  ) {}

  async list({ workspaceId }: Actor, page: PageRequest): Promise<Page<MemberOfWorkspace>> {
    return this.database.asSystem((tx) => this.memberships.list(tx, workspaceId, page));
  }

  /**
   * Gives a member another role, from the next request on.
   * @throws FieldError member_not_found, role_above_yours, last_owner, personal_workspace
   */
  async changeRole(actor: Actor, userId: string, role: Role): Promise<MemberOfWorkspace> {
    return this.database.asSystem(async (tx) => {
      const workspace = await this.locked.lockTeam(tx, actor, 'members:write');
      const member = await this.memberIn(tx, workspace, userId);
      refuseAbove(workspace.role, member.role);
      refuseAbove(workspace.role, role);
      if (role === member.role) return member;
      if (member.role === 'owner') await this.refuseLastOwner(tx, workspace);
      await this.assign(tx, workspace, member, role);
      await this.record(tx, actor, 'member.role_changed', userId, { before: member.role, role });
      return { ...member, role };
    });
  }

  /**
   * Ends a membership: the actor's own, or as one who may, another's. Work that was ordered goes on: it is the workspace's.
   * @throws FieldError permission_denied, member_not_found, role_above_yours, last_owner, personal_workspace
   */
  async remove(actor: Actor, userId: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const workspace = await this.locked.lockTeam(tx, actor, 'membership:end');
      const leaves = userId === actor.userId;
      if (!leaves) assertMay(workspace.role, 'members:write');
      const member = await this.memberIn(tx, workspace, userId);
      refuseAbove(workspace.role, member.role);
      if (member.role === 'owner') await this.refuseLastOwner(tx, workspace);
      await this.memberships.remove(tx, workspace.id, userId);
      await this.invitations.revokeOf(tx, workspace.id, userId);
      await this.record(tx, actor, leaves ? 'member.left' : 'member.removed', userId, { role: member.role, email: member.email });
      await this.changes.announce(tx, `user:${userId}`);
    });
  }

  /**
   * Makes another member the owner in the actor's place, who stays as admin.
   * @throws FieldError member_not_found, already_owner, personal_workspace
   */
  async transferOwnership(actor: Actor, userId: string): Promise<MemberOfWorkspace> {
    return this.database.asSystem(async (tx) => {
      const workspace = await this.locked.lockTeam(tx, actor, 'workspace:own');
      const heir = await this.memberIn(tx, workspace, userId);
      if (userId === actor.userId) throw new FieldError(workspacesErrors.already_owner, workspacesErrors.already_owner.example);
      await this.assign(tx, workspace, heir, 'owner');
      await this.assign(tx, workspace, { id: actor.userId }, 'admin');
      await this.record(tx, actor, 'workspace.ownership_transferred', userId, { from: actor.userId });
      return { ...heir, role: 'owner' };
    });
  }

  private async assign(tx: SystemTransaction, workspace: LockedWorkspace, { id }: { id: string }, role: Role): Promise<void> {
    await this.memberships.setRole(tx, workspace.id, id, role);
    // An invitation is its sender's word; it does not outlive the right to give it.
    if (!roleMay(role, 'members:write')) await this.invitations.revokeOf(tx, workspace.id, id);
    await this.changes.announce(tx, `user:${id}`);
  }

  private async memberIn(tx: SystemTransaction, workspace: LockedWorkspace, userId: string): Promise<MemberOfWorkspace> {
    const member = await this.memberships.find(tx, workspace.id, userId);
    if (member === null) throw new FieldError(workspacesErrors.member_not_found, workspacesErrors.member_not_found.example);
    return member;
  }

  private async refuseLastOwner(tx: SystemTransaction, { id }: LockedWorkspace): Promise<void> {
    if ((await this.memberships.countOwners(tx, id)) > 1) return;
    throw new FieldError(workspacesErrors.last_owner, workspacesErrors.last_owner.example);
  }

  private async record(
    tx: SystemTransaction,
    actor: Actor,
    action: AuditRecord['action'],
    userId: string,
    details: Record<string, string>,
  ): Promise<void> {
    const target = { kind: 'user', id: userId };
    await this.audit.record(tx, { workspaceId: actor.workspaceId, actor: auditActorOf(actor), action, target, details });
  }
}

/** Nobody gives or takes a role above their own. */
function refuseAbove(own: Role, role: Role): void {
  if (outranks(own, role)) return;
  throw new FieldError(
    workspacesErrors.role_above_yours,
    `As ${own} you can neither give nor take the role ${role}. Ask an owner of the workspace.`,
  );
}
