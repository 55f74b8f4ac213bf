import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '#audit';
import { Config } from '#config';
import { ChangeFeed, Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import {
  type Actor,
  auditActorOf,
  identityErrors,
  MembershipsRepository,
  OutsideAccounts,
  type WorkspaceChange,
  type WorkspaceOfUser,
  WorkspacesRepository,
} from '#identity';
import type { Page, PageRequest } from '#paging';
import { JobOutbox } from '#queues';
import { speechErrors, SpeechRegistry } from '#speech';
import { LockedWorkspaces, workspaceNotFound } from './locked-workspaces.js';
import { workspaceDifferences, type WorkspaceDetails } from './workspace-differences.js';
import { workspacesErrors } from './workspaces.errors.js';

const DAY_SECONDS = 86_400;
const MINUTE_MS = 60_000;
const TWO_WAYS = 'A workspace has engines chosen by speechPolicy or by speechOrder. Give one of the two.';

/** The workspaces of people: making, naming, ending them. */
@Injectable()
export class WorkspacesService {
  constructor(
    private readonly database: Database,
    private readonly workspaces: WorkspacesRepository,
    private readonly memberships: MembershipsRepository,
    private readonly accounts: OutsideAccounts,
    private readonly locked: LockedWorkspaces,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly speech: SpeechRegistry,
  ) {}

  /**
   * Those the actor belongs to, newest first. A key sees the one it is bound to.
   * @param deleted those the actor owns and can still restore instead
   */
  async list(actor: Actor, page: PageRequest, deleted: boolean): Promise<Page<WorkspaceOfUser>> {
    const bound = actor.keyId === null ? {} : { workspaceId: actor.workspaceId };
    return this.database.asSystem((tx) => this.workspaces.list(tx, { userId: actor.userId, deleted, ...bound }, page));
  }

  /** Makes a team's workspace, owned by the actor. */
  async create(actor: Actor, name: string): Promise<WorkspaceOfUser> {
    const id = uuidv7();
    return this.database.asSystem(async (tx) => {
      await this.refuseClosed(tx, actor);
      await this.effects.mark(tx, `/api/v1/workspaces/${id}`);
      await this.workspaces.insert(tx, id, name);
      await this.memberships.insert(tx, id, actor.userId, 'owner');
      await this.record(tx, actor, 'workspace.created', id, { name });
      return this.findIn(tx, actor.userId, id);
    });
  }

  /** The workspace of the request. */
  async get({ userId, workspaceId }: Actor): Promise<WorkspaceOfUser> {
    return this.database.asSystem((tx) => this.findIn(tx, userId, workspaceId));
  }

  /**
   * Changes its name, its time zone, how long it keeps recordings and transcripts, or by what engines are chosen.
   * @throws FieldError timezone_unknown; of `speechErrors` contradictory_choice, provider_not_configured, unknown_model
   */
  async change(actor: Actor, wanted: WorkspaceChange): Promise<WorkspaceOfUser> {
    this.refuseWrongPreference(wanted);
    return this.database.asSystem(async (tx) => {
      const workspace = await this.locked.lock(tx, actor, 'workspace:write');
      const { change, details } = workspaceDifferences(workspace, wanted);
      if (change.timezone !== undefined) await this.refuseUnknownTimezone(tx, change.timezone);
      if (Object.keys(change).length > 0) {
        await this.workspaces.change(tx, workspace.id, change);
        await this.record(tx, actor, 'workspace.changed', workspace.id, details);
        await this.changes.announce(tx, `workspace:${workspace.id}`);
      }
      return this.findIn(tx, actor.userId, workspace.id);
    });
  }

  /**
   * Takes a team's workspace away from everybody at once; its owners may restore it for a while, then it is purged.
   * @throws FieldError personal_workspace
   */
  async remove(actor: Actor): Promise<void> {
    const delaySeconds = this.config.identity.workspaceGraceDays * DAY_SECONDS;
    await this.database.asSystem(async (tx) => {
      const { id, name } = await this.locked.lockTeam(tx, actor, 'workspace:own');
      await this.workspaces.close(tx, id, delaySeconds);
      await this.outbox.suspend(tx, id);
      // Restoring withdraws the job; should it be under way just then, the next deletion's is still another.
      const generation = Math.floor(Date.now() / MINUTE_MS);
      await this.outbox.add(tx, 'workspace.purge', { workspaceId: id, subjectId: id, generation, payload: {}, delaySeconds });
      await this.record(tx, actor, 'workspace.deleted', id, { name });
      await this.changes.announce(tx, `workspace:${id}`);
    });
  }

  /**
   * Gives a deleted workspace back to all its members, its work goes on.
   * @throws FieldError workspace_not_found, also when the actor does not own it or its time is over
   */
  async restore(actor: Actor, id: string): Promise<WorkspaceOfUser> {
    return this.database.asSystem(async (tx) => {
      await this.refuseClosed(tx, actor);
      const workspace = await this.workspaces.lockRestorable(tx, id, actor.userId);
      if (workspace === null) throw workspaceNotFound();
      await this.workspaces.reopen(tx, id);
      await this.outbox.withdraw(tx, 'workspace.purge', id);
      await this.outbox.resume(tx, id);
      await this.record(tx, actor, 'workspace.restored', id, { name: workspace.name });
      await this.changes.announce(tx, `workspace:${id}`);
      return this.findIn(tx, actor.userId, id);
    });
  }

  private refuseWrongPreference({ speechPolicy, speechOrder }: WorkspaceChange): void {
    if (speechPolicy && speechOrder) throw new FieldError(speechErrors.contradictory_choice, TWO_WAYS);
    this.speech.refuseUnknownNames(speechOrder ?? []);
  }

  private async refuseUnknownTimezone(tx: SystemTransaction, name: string): Promise<void> {
    if (await this.workspaces.knowsTimezone(tx, name)) return;
    throw new FieldError(
      workspacesErrors.timezone_unknown,
      `The database of this server does not know the time zone ${name}. Name another one with the same clock.`,
    );
  }

  /** An account that is just being deleted must not be left with a team that nobody owns. */
  private async refuseClosed(tx: SystemTransaction, { userId }: Actor): Promise<void> {
    const account = await this.accounts.find(tx, userId);
    if (account === null || account.closed)
      throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
  }

  private async record(
    tx: SystemTransaction,
    actor: Actor,
    action: 'workspace.created' | 'workspace.changed' | 'workspace.deleted' | 'workspace.restored',
    id: string,
    details: WorkspaceDetails,
  ): Promise<void> {
    const target = { kind: 'workspace', id };
    await this.audit.record(tx, { workspaceId: id, actor: auditActorOf(actor), action, target, details });
  }

  private async findIn(tx: SystemTransaction, userId: string, id: string): Promise<WorkspaceOfUser> {
    const workspace = await this.workspaces.find(tx, userId, id);
    if (workspace === null) throw workspaceNotFound();
    return workspace;
  }
}
