import { Injectable } from '@nestjs/common';
import { ChangeFeed, Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { JobOutbox } from '#queues';
import { AccountAudit } from './account-audit.js';
import { AccountLetters } from './account-letters.js';
import { type Account, AccountsRepository, GRACE_DAYS } from './accounts.repository.js';
import type { Actor } from './actor.js';
import { identityErrors } from './identity.errors.js';
import { MembershipsOfUserRepository } from './memberships-of-user.repository.js';
import { OwnPassword } from './own-password.js';
import { SessionsService } from './sessions.service.js';

const DAY_SECONDS = 86_400;

/** Deletes accounts, and brings them back while there is time. */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly memberships: MembershipsOfUserRepository,
    private readonly password: OwnPassword,
    private readonly sessions: SessionsService,
    private readonly letters: AccountLetters,
    private readonly outbox: JobOutbox,
    private readonly changes: ChangeFeed,
    private readonly audit: AccountAudit,
  ) {}

  /**
   * Deletes the actor's account: sessions and keys end at once, memberships too; the rest goes for good when the grace is over.
   * @throws FieldError wrong_password; last_owner when a team would be left without one
   */
  async delete(actor: Actor, password: string): Promise<void> {
    const account = await this.password.prove(actor, password);
    await this.database.asSystem(async (tx) => {
      // First the account, then workspaces: in the order of everything else that takes both.
      await this.password.lock(tx, account);
      const teams = await this.memberships.lockTeamsOf(tx, account.userId);
      refuseLastOwner(teams.filter(({ lastOwner }) => lastOwner).map(({ name }) => name));
      if (!(await this.accounts.markDeleted(tx, account))) return;
      await this.memberships.endTeamsOf(tx, account.userId);
      await this.sessions.endAll(tx, account, 'account_deleted');
      await this.owePurge(tx, account);
      await this.audit.record(tx, account, 'account.deleted', { graceDays: GRACE_DAYS, teams: teams.map(({ id }) => id) });
      await this.letters.accountDeleted(tx, account);
      await this.changes.announce(tx, `user:${account.userId}`, `workspace:${account.workspaceId}`);
    });
  }

  /**
   * Brings a deleted account and its personal workspace back, with the caller's transaction.
   * @returns false when the time for it is over
   */
  async restore(tx: SystemTransaction, account: Account): Promise<boolean> {
    if (!(await this.accounts.restore(tx, account))) return false;
    await this.outbox.withdraw(tx, 'account.purge', account.userId);
    await this.audit.record(tx, account, 'account.restored');
    await this.changes.announce(tx, `user:${account.userId}`, `workspace:${account.workspaceId}`);
    return true;
  }

  private async owePurge(tx: SystemTransaction, { workspaceId, userId }: Account): Promise<void> {
    const delaySeconds = GRACE_DAYS * DAY_SECONDS;
    await this.outbox.add(tx, 'account.purge', { workspaceId, subjectId: userId, payload: {}, delaySeconds });
  }
}

function refuseLastOwner(workspaces: string[]): void {
  if (workspaces.length === 0) return;
  const [one] = workspaces;
  const which =
    workspaces.length === 1 ? `the workspace "${one}"` : `${workspaces.length} workspaces: "${workspaces.join('", "')}"`;
  throw new FieldError(
    identityErrors.last_owner,
    `You are the only owner of ${which}. Make somebody else an owner, or delete it, and delete your account then.`,
    { members: { workspaces } },
  );
}
