import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '#audit';
import { Config } from '#config';
import { ChangeFeed, Database, type Invitation, type Role, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import {
  type Actor,
  auditActorOf,
  MembershipsRepository,
  normaliseEmail,
  OutsideAccounts,
  type WorkspaceOfUser,
  WorkspacesRepository,
} from '#identity';
import { MailOutbox } from '#mail';
import type { Page, PageRequest } from '#paging';
import { RateLimits } from '#rate-limits';
import { type FoundInvitation, InvitationsRepository } from './invitations.repository.js';
import { type LockedWorkspace, LockedWorkspaces } from './locked-workspaces.js';
import { workspacesErrors } from './workspaces.errors.js';

/** As many can wait for an answer, and so many letters a workspace sends a day: nobody is to send spam through us. */
const MOST_OPEN = 50;
const MOST_A_DAY = 100;
const DAYS = 7;
const TOKEN_BYTES = 32;

/** What somebody is invited to be. Owners are made by owners, of members. */
export const INVITED_ROLES = ['admin', 'member', 'viewer'] as const satisfies Exclude<Role, 'owner'>[];

/** Asking people by mail to join a workspace. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly database: Database,
    private readonly invitations: InvitationsRepository,
    private readonly memberships: MembershipsRepository,
    private readonly workspaces: WorkspacesRepository,
    private readonly accounts: OutsideAccounts,
    private readonly locked: LockedWorkspaces,
    private readonly mail: MailOutbox,
    private readonly limits: RateLimits,
    private readonly effects: IdempotentEffects,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /** Those that were neither accepted nor revoked, newest first. */
  async list({ workspaceId }: Actor, page: PageRequest): Promise<Page<Invitation>> {
    return this.database.inWorkspace(workspaceId, (tx) => this.invitations.list(tx, page));
  }

  /**
   * Sends an invitation; it takes the place of an open one to the same address. Whether the address has an account changes nothing.
   * @throws FieldError already_member, too_many_invitations, too_many_requests, personal_workspace
   */
  async invite(actor: Actor, given: { email: string; role: Invitation['role'] }): Promise<Invitation> {
    const email = normaliseEmail(given.email);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const id = uuidv7();
    await this.limits.strike('invitation', { userId: actor.userId });
    await this.limits.strike('invitation-recipient', { identifier: email });
    return this.database.asSystem(async (tx) => {
      const workspace = await this.locked.lockTeam(tx, actor, 'members:write');
      await this.effects.mark(tx, `/api/v1/workspaces/${workspace.id}/invitations`);
      if (await this.memberships.hasAddress(tx, workspace.id, email)) throw alreadyMember(email);
      await this.invitations.revokeTo(tx, workspace.id, email);
      await this.refuseTooMany(tx, workspace);
      const row = { id, workspaceId: workspace.id, email, role: given.role, invitedBy: actor.userId, days: DAYS };
      await this.invitations.insert(tx, { ...row, tokenHash: hashToken(token) });
      await this.sendLetter(tx, workspace, actor, email, given.role, token);
      await this.record(tx, actor, 'invitation.sent', workspace.id, id, { email, role: given.role });
      return this.invitations.read(tx, workspace.id, id);
    });
  }

  /** @throws FieldError invitation_not_found */
  async revoke(actor: Actor, id: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const workspace = await this.locked.lock(tx, actor, 'members:write');
      const email = await this.invitations.revoke(tx, workspace.id, id);
      if (email === null) throw invitationNotFound();
      await this.record(tx, actor, 'invitation.revoked', workspace.id, id, { email });
    });
  }

  /**
   * Joins the workspace of an invitation. Doing it again gives the same answer; who is a member already keeps the role.
   * @throws FieldError invitation_not_found, invitation_expired, invitation_used, invitation_for_other_address,
   *   invitation_wants_verified_email
   */
  async accept(actor: Actor, token: string): Promise<WorkspaceOfUser> {
    return this.database.asSystem(async (tx) => {
      const hash = hashToken(token);
      const sought = await this.invitations.findByToken(tx, hash);
      if (sought === null) throw invitationNotFound();
      await this.refuseOthers(tx, actor, sought.email);
      // Only now the locks are held, in the order every change takes them: account, workspace.
      const workspace = await this.workspaces.lock(tx, sought.workspaceId);
      const invitation = await this.invitations.findByToken(tx, hash);
      if (workspace === null || invitation === null || invitation.revoked) throw invitationNotFound();
      await this.join(tx, actor, invitation);
      const joined = await this.workspaces.find(tx, actor.userId, invitation.workspaceId);
      if (joined === null) throw invitationNotFound();
      return joined;
    });
  }

  private async join(tx: SystemTransaction, actor: Actor, invitation: FoundInvitation): Promise<void> {
    const { id, workspaceId, role } = invitation;
    const isMember = (await this.memberships.find(tx, workspaceId, actor.userId)) !== null;
    if (invitation.accepted) {
      if (isMember) return;
      throw new FieldError(workspacesErrors.invitation_used, workspacesErrors.invitation_used.example);
    }
    if (invitation.expired)
      throw new FieldError(workspacesErrors.invitation_expired, workspacesErrors.invitation_expired.example);
    await this.invitations.accept(tx, workspaceId, id);
    await this.record(tx, actor, 'invitation.accepted', workspaceId, id, { role });
    if (isMember) return;
    await this.memberships.insert(tx, workspaceId, actor.userId, role);
    await this.changes.announce(tx, `user:${actor.userId}`);
    await this.audit.record(tx, {
      workspaceId,
      actor: auditActorOf(actor),
      action: 'member.joined',
      target: { kind: 'user', id: actor.userId },
      details: { role },
    });
  }

  /** The letter went to an address; whoever accepts must have proven that it is theirs. */
  private async refuseOthers(tx: SystemTransaction, actor: Actor, email: string): Promise<void> {
    const invited = await this.accounts.findByEmail(tx, email);
    if (invited?.userId !== actor.userId || invited.closed)
      throw new FieldError(workspacesErrors.invitation_for_other_address, workspacesErrors.invitation_for_other_address.example);
    if (!invited.emailVerified)
      throw new FieldError(
        workspacesErrors.invitation_wants_verified_email,
        workspacesErrors.invitation_wants_verified_email.example,
      );
  }

  private async refuseTooMany(tx: SystemTransaction, { id }: LockedWorkspace): Promise<void> {
    const { acceptable, sentToday } = await this.invitations.count(tx, id);
    if (acceptable >= MOST_OPEN)
      throw new FieldError(
        workspacesErrors.too_many_invitations,
        `The workspace has ${MOST_OPEN} open invitations, as many as it may. Revoke one, or wait until one is accepted or expires.`,
      );
    if (sentToday >= MOST_A_DAY)
      throw new FieldError(
        workspacesErrors.too_many_invitations,
        `The workspace sent ${MOST_A_DAY} invitations within a day, as many as it may. Try again tomorrow.`,
      );
  }

  private async sendLetter(
    tx: SystemTransaction,
    workspace: LockedWorkspace,
    actor: Actor,
    to: string,
    role: Role,
    token: string,
  ): Promise<void> {
    await this.mail.add(tx, {
      workspaceId: workspace.id,
      to,
      subject: `${actor.name} invites you to ${workspace.name}`,
      paragraphs: [
        'Hello,',
        `${actor.name} (${actor.email}) invites you to the workspace "${workspace.name}" on Steno, as ${role}.`,
        `To join, sign in or make an account with this e-mail address, and follow the link. It is good for ${DAYS} days.`,
        'If you do not know who this is, do nothing: without you nobody joins anything.',
      ],
      link: { label: 'Join the workspace', url: `${this.config.identity.appUrl}/accept-invitation?token=${token}` },
    });
  }

  private async record(
    tx: SystemTransaction,
    actor: Actor,
    action: 'invitation.sent' | 'invitation.revoked' | 'invitation.accepted',
    workspaceId: string,
    id: string,
    details: Record<string, string>,
  ): Promise<void> {
    const target = { kind: 'invitation', id };
    await this.audit.record(tx, { workspaceId, actor: auditActorOf(actor), action, target, details });
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function alreadyMember(email: string): FieldError {
  return new FieldError(
    workspacesErrors.already_member,
    `${email} belongs to a member of this workspace. Change the role with PATCH /api/v1/workspaces/{id}/members/{userId}.`,
  );
}

function invitationNotFound(): FieldError {
  return new FieldError(workspacesErrors.invitation_not_found, workspacesErrors.invitation_not_found.example);
}
