import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { SystemTransaction } from '#database';
import { MailOutbox } from '#mail';
import { type Account, GRACE_DAYS } from './accounts.repository.js';

type Addressee = Pick<Account, 'workspaceId' | 'email' | 'name'>;

/** Paths of the pages that letters lead to: of the client app, or the small ones of the API itself. */
export const VERIFY_EMAIL_PAGE = 'verify-email';
export const RESET_PASSWORD_PAGE = 'reset-password';

const NOT_ME = 'If that was not you, choose a new password at once ("forgot password"): it ends all sessions.';

/** The letters about an account, each owed with the transaction that makes it necessary. */
@Injectable()
export class AccountLetters {
  constructor(
    private readonly outbox: MailOutbox,
    private readonly config: Config,
  ) {}

  /** Proves the address of an account. */
  async verifyAddress(tx: SystemTransaction, to: Addressee, token: string): Promise<void> {
    const paragraphs = [
      `Hello ${to.name},`,
      'please confirm that this is your e-mail address. The link is good for 24 hours, once.',
      'If you did not make an account with Steno, do nothing: without the confirmation nobody can act in your name.',
    ];
    await this.add(tx, to, 'Confirm your e-mail address', paragraphs, this.link('Confirm the address', VERIFY_EMAIL_PAGE, token));
  }

  /** Proves an address that an account is to have; goes there. */
  async confirmNewAddress(tx: SystemTransaction, to: Addressee, token: string): Promise<void> {
    const paragraphs = [
      `Hello ${to.name},`,
      'please confirm that this shall be the e-mail address of your Steno account from now on. The link is good for 24 hours, once.',
      'If you did not ask for this, do nothing.',
    ];
    const link = this.link('Take this address', VERIFY_EMAIL_PAGE, token);
    await this.add(tx, to, 'Confirm your new e-mail address', paragraphs, link);
  }

  /** Tells the address an account still has that it is to have another. */
  async addressChangeAsked(tx: SystemTransaction, to: Addressee, newEmail: string): Promise<void> {
    const paragraphs = [
      `Hello ${to.name},`,
      `somebody who knows your password asked to change the e-mail address of your Steno account to ${newEmail}. It changes when that address is confirmed.`,
      NOT_ME,
    ];
    await this.add(tx, to, 'Your e-mail address is about to change', paragraphs);
  }

  /** Tells the owner of an address that somebody tried to make another account with it. */
  async somebodyRegistered(tx: SystemTransaction, to: Addressee): Promise<void> {
    const paragraphs = [
      `Hello ${to.name},`,
      'somebody tried to register with your e-mail address. You have an account already, and nothing about it was changed.',
      'If it was you: sign in with your password. If you forgot it, or never confirmed your address, ask for a new password on the sign-in page.',
      'If it was not you, do nothing.',
    ];
    await this.add(tx, to, 'You have an account already', paragraphs);
  }

  /** Lets the owner of an address choose a new password. */
  async resetPassword(tx: SystemTransaction, to: Addressee, token: string): Promise<void> {
    const paragraphs = [
      `Hello ${to.name},`,
      'somebody asked to choose a new password for your Steno account. The link is good for 30 minutes, once.',
      'If you did not ask for this, do nothing: your password stays as it is.',
    ];
    await this.add(tx, to, 'Choose a new password', paragraphs, this.link('Choose a new password', RESET_PASSWORD_PAGE, token));
  }

  async passwordChanged(tx: SystemTransaction, to: Addressee): Promise<void> {
    const paragraphs = [`Hello ${to.name},`, 'the password of your Steno account was changed.', NOT_ME];
    await this.add(tx, to, 'Your password was changed', paragraphs);
  }

  async accountDeleted(tx: SystemTransaction, to: Addressee): Promise<void> {
    const paragraphs = [
      `Hello ${to.name},`,
      `your Steno account was deleted. For ${GRACE_DAYS} days you can have it back: just sign in with your password. After that it is removed for good, with everything in your personal workspace.`,
      'If that was not you, sign in and choose a new password.',
    ];
    await this.add(tx, to, 'Your account was deleted', paragraphs);
  }

  private link(label: string, page: string, token: string): { label: string; url: string } {
    return { label, url: `${this.config.identity.appUrl}/${page}?token=${token}` };
  }

  private async add(
    tx: SystemTransaction,
    { workspaceId, email: to }: Addressee,
    subject: string,
    paragraphs: string[],
    link?: { label: string; url: string },
  ): Promise<void> {
    await this.outbox.add(tx, { workspaceId, to, subject, paragraphs, ...(link === undefined ? {} : { link }) });
  }
}
