import { Injectable } from '@nestjs/common';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { AuditLog } from '#audit';
import { Config } from '#config';
import { ChangeFeed, Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { OutsideAccounts } from '#identity';
import { Log } from '#observability';
import { federationErrors } from '../federation.errors.js';
import { IdentitiesRepository } from '../identities.repository.js';
import { VouchedAccounts } from '../vouched-accounts.js';
import { type ClerkUserEvent, readClerkEvent } from './clerk-person.js';

/** What Svix, who delivers for Clerk, sends beside the body. */
export interface SvixHeaders {
  id: string;
  timestamp: string;
  signature: string;
}

const NEVER = new Date(0);

/** Keeps accounts as Clerk says its users are. Each webhook counts once, and older news never overwrites newer. */
@Injectable()
export class ClerkWebhooks {
  private readonly clerk: Config['federation']['clerk'];

  constructor(
    { federation }: Config,
    private readonly database: Database,
    private readonly identities: IdentitiesRepository,
    private readonly vouched: VouchedAccounts,
    private readonly accounts: OutsideAccounts,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
    private readonly log: Log,
  ) {
    this.clerk = federation.clerk;
  }

  /**
   * Serves a webhook.
   * @param rawBody as received, byte by byte: the signature is of these
   * @throws FieldError webhook_refused when signature, time or headers are not good, or no Clerk is set up
   */
  async receive(rawBody: Buffer, headers: SvixHeaders): Promise<void> {
    const issuer = this.clerk?.issuer;
    const body = this.verify(rawBody, headers);
    if (issuer === undefined) throw refused();
    const event = readClerkEvent(issuer, body);
    await this.database.asSystem(async (tx) => {
      if (event === null || !(await firstTime(tx, headers.id))) return;
      await (event.type === 'user.deleted' ? this.remove(tx, issuer, event.subject) : this.take(tx, event));
    });
  }

  private verify(rawBody: Buffer, { id, timestamp, signature }: SvixHeaders): unknown {
    const secret = this.clerk?.webhookSecret;
    if (secret === undefined) throw refused();
    try {
      // The names of the standard; Svix's are the older ones of the same three.
      const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
      return new Webhook(secret).verify(rawBody, headers);
    } catch (error) {
      if (error instanceof WebhookVerificationError) throw refused();
      throw error;
    }
  }

  private async take(tx: SystemTransaction, event: Extract<ClerkUserEvent, { changedAt: Date }>): Promise<void> {
    const { person, changedAt, banned } = event;
    await this.identities.lockPerson(tx, person.issuer, person.subject);
    const known = await this.identities.find(tx, person.issuer, person.subject);
    if (known?.userId === null || (known?.changedAt ?? NEVER) >= changedAt) return;
    const userId = known?.userId ?? (await this.link(tx, event));
    if (userId === null) return;
    await this.identities.put(tx, { ...person, userId, banned, changedAt });
    if (person.name !== null) await this.accounts.rename(tx, userId, person.name);
    // Only a change of Clerk's mind: news of other kinds lets nobody in whom the operator keeps out.
    if (banned !== (known?.banned ?? false)) await this.setDisabled(tx, userId, banned);
  }

  /** A person without a verified address waits until Clerk has verified it: that is another webhook. */
  private async link(
    tx: SystemTransaction,
    { person, changedAt }: Extract<ClerkUserEvent, { changedAt: Date }>,
  ): Promise<string | null> {
    if (person.verifiedEmail === null) return null;
    try {
      return await this.vouched.accountOf(tx, person, changedAt);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.log.warn('A user of Clerk got no account', { subject: person.subject, reason: error.code });
      return null;
    }
  }

  /** The row stays as a gravestone, so that a late "created" does not bring the person back. */
  private async remove(tx: SystemTransaction, issuer: string, subject: string): Promise<void> {
    await this.identities.lockPerson(tx, issuer, subject);
    const known = await this.identities.find(tx, issuer, subject);
    await this.identities.put(tx, { issuer, subject, userId: null, banned: false, changedAt: null });
    const userId = known?.userId ?? null;
    if (userId === null) return;
    // Whoever keeps another way in keeps the account, too; the tokens of Clerk are no good from the next request on all the same.
    await this.changes.announce(tx, `user:${userId}`);
    const otherWayIn = (await this.accounts.hasPassword(tx, userId)) || (await this.identities.hasAny(tx, userId));
    if (!otherWayIn) await this.setDisabled(tx, userId, true);
  }

  private async setDisabled(tx: SystemTransaction, userId: string, disabled: boolean): Promise<void> {
    await this.accounts.setDisabled(tx, userId, disabled);
    await this.audit.record(tx, {
      workspaceId: null,
      actor: { kind: 'system' },
      action: disabled ? 'account.disabled' : 'account.enabled',
      target: { kind: 'user', id: userId },
      details: { by: 'clerk' },
    });
  }
}

/** Remembered longer than Svix tries again (a day and a half), and than a signature is good. */
async function firstTime(tx: SystemTransaction, id: string): Promise<boolean> {
  await tx.execute(`DELETE FROM clerk_events WHERE received_at < now() - interval '7 days'`);
  return (await tx.execute('INSERT INTO clerk_events (id) VALUES ($1) ON CONFLICT (id) DO NOTHING', [id])) > 0;
}

function refused(): FieldError {
  return new FieldError(federationErrors.webhook_refused, federationErrors.webhook_refused.example);
}
