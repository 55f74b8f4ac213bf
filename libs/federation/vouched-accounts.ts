import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import type { SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { OutsideAccounts } from '#identity';
import { federationErrors } from './federation.errors.js';
import { IdentitiesRepository } from './identities.repository.js';
import type { VouchedPerson } from './vouched-person.js';

/** Finds or makes the account of somebody an outside provider vouches for. */
@Injectable()
export class VouchedAccounts {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly accounts: OutsideAccounts,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The account of a person: the one linked before; else the one with their verified address, if it was verified here too (an
   * account somebody else made in their name must not become theirs and stay the other's); else a new one.
   * @param changedAt of what the provider says, where it tells
   * @throws FieldError sign_in_refused, address_not_vouched_for, account_not_verified
   */
  async accountOf(tx: SystemTransaction, person: VouchedPerson, changedAt: Date | null = null): Promise<string> {
    const { issuer, subject, verifiedEmail } = person;
    await this.identities.lockPerson(tx, issuer, subject);
    const known = await this.identities.find(tx, issuer, subject);
    if (known !== null) return this.openAccount(tx, known.userId);
    if (verifiedEmail === null)
      throw new FieldError(federationErrors.address_not_vouched_for, federationErrors.address_not_vouched_for.example);
    const userId = (await this.ownAccount(tx, verifiedEmail)) ?? (await this.newAccount(tx, verifiedEmail, person.name));
    await this.identities.put(tx, { issuer, subject, userId, banned: false, changedAt });
    await this.audit.record(tx, {
      workspaceId: null,
      actor: { kind: 'user', id: userId, name: verifiedEmail },
      action: 'account.identity_linked',
      target: { kind: 'user', id: userId },
      details: { issuer },
    });
    return userId;
  }

  private async openAccount(tx: SystemTransaction, userId: string | null): Promise<string> {
    const account = userId === null ? null : await this.accounts.find(tx, userId);
    if (account === null || account.closed) throw closed();
    return account.userId;
  }

  private async ownAccount(tx: SystemTransaction, email: string): Promise<string | null> {
    const account = await this.accounts.findByEmail(tx, email);
    if (account === null) return null;
    if (account.closed) throw closed();
    if (!account.emailVerified)
      throw new FieldError(federationErrors.account_not_verified, federationErrors.account_not_verified.example);
    return account.userId;
  }

  private async newAccount(tx: SystemTransaction, email: string, name: string | null): Promise<string> {
    return this.accounts.create(tx, { email, name: name ?? email.split('@', 1)[0] ?? email });
  }
}

function closed(): FieldError {
  return new FieldError(federationErrors.sign_in_refused, 'This account is closed here. Ask the operator of this server.');
}
