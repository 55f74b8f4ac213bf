import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '#config';
import { ChangeFeed, Database, isUniqueViolation, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { type Account, AccountsRepository } from './accounts.repository.js';
import type { Actor } from './actor.js';
import { identityErrors } from './identity.errors.js';
import { normaliseEmail } from './normalise-email.js';
import { Passwords } from './passwords.js';
import { SessionsRepository } from './sessions.repository.js';
import { hashToken, sameSecret, Tokens } from './tokens.js';

/** Where a sign-in comes from; shown in the list of sessions. */
export interface Origin {
  device: string | null;
  address: string | null;
}

export interface SignedIn {
  account: Account;
  accessToken: string;
  refreshToken: string;
  /** Seconds the access token is valid. */
  expiresIn: number;
}

/** How long the refresh token exchanged last may come again: retries of a client whose answer got lost. */
const GRACE_SECONDS = 10;
const SEED_BYTES = 32;

/** Accounts and sessions. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: Passwords,
    private readonly tokens: Tokens,
    private readonly changes: ChangeFeed,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /**
   * Makes an account with its personal workspace and signs it in.
   * @throws FieldError email_taken
   */
  async register(input: { email: string; password: string; name: string }, origin: Origin): Promise<SignedIn> {
    const passwordHash = await this.passwords.hash(input.password);
    const account = {
      userId: uuidv7(),
      email: normaliseEmail(input.email),
      name: input.name,
      workspaceId: uuidv7(),
      workspaceName: `${input.name}'s workspace`,
    };
    const session = this.newSession(account.userId, origin);
    try {
      await this.database.asSystem(async (tx) => {
        await this.accounts.insert(tx, { ...account, passwordHash });
        await this.sessions.insert(tx, session.row);
      });
    } catch (error) {
      if (isUniqueViolation(error, 'users_email_key'))
        throw new FieldError(identityErrors.email_taken, identityErrors.email_taken.example);
      throw error;
    }
    this.log.info('Account registered', { userId: account.userId });
    return this.signedIn({ ...account, createdAt: new Date() }, session.row.id, session.refreshToken);
  }

  /**
   * Signs in with e-mail address and password.
   * @throws FieldError wrong_credentials, the same for an unknown address and a wrong password
   */
  async login(input: { email: string; password: string }, origin: Origin): Promise<SignedIn> {
    const account = await this.database.asSystem((tx) => this.accounts.findForSignIn(tx, normaliseEmail(input.email)));
    const matches = await this.passwords.matches(input.password, account?.passwordHash ?? null);
    if (account === null || !matches)
      throw new FieldError(identityErrors.wrong_credentials, identityErrors.wrong_credentials.example);
    const session = this.newSession(account.userId, origin);
    await this.database.asSystem((tx) => this.sessions.insert(tx, session.row));
    return this.signedIn(account, session.row.id, session.refreshToken);
  }

  /**
   * Exchanges a refresh token for a new pair. The one exchanged last may come once more within ten seconds, when its answer got lost:
   * it gives the same new token. Any earlier one ends the session: somebody holds a copy.
   * @throws FieldError refresh_token_invalid or refresh_token_reused
   */
  async refresh(refreshToken: string): Promise<SignedIn> {
    const parts = this.tokens.partsOf(refreshToken);
    if (parts === null) throw new FieldError(identityErrors.refresh_token_invalid, identityErrors.refresh_token_invalid.example);
    const outcome = await this.database.asSystem((tx) => this.exchange(tx, refreshToken, parts));
    if (outcome === 'invalid')
      throw new FieldError(identityErrors.refresh_token_invalid, identityErrors.refresh_token_invalid.example);
    if (outcome === 'reused') {
      this.log.warn('A refresh token came back after its exchange; the session is ended', { sessionId: parts.sessionId });
      throw new FieldError(identityErrors.refresh_token_reused, identityErrors.refresh_token_reused.example);
    }
    return this.signedIn(outcome.account, parts.sessionId, outcome.next);
  }

  /** Signs in somebody whom an outside identity provider vouched for. */
  async signInVouched(userId: string, origin: Origin): Promise<SignedIn> {
    const session = this.newSession(userId, origin);
    const account = await this.database.asSystem(async (tx) => {
      await this.sessions.insert(tx, session.row);
      return this.accounts.find(tx, userId);
    });
    if (account === null) throw new Error(`The account ${userId} has no personal workspace.`);
    return this.signedIn(account, session.row.id, session.refreshToken);
  }

  /** Ends the session of the actor. */
  async logout(actor: Actor): Promise<void> {
    const { sessionId } = actor;
    if (sessionId === null) return;
    await this.database.asSystem(async (tx) => {
      await this.sessions.end(tx, sessionId, 'logout');
      await this.changes.announce(tx, `session:${sessionId}`);
    });
  }

  private async exchange(
    tx: SystemTransaction,
    given: string,
    { sessionId, turn }: { sessionId: string; turn: number },
  ): Promise<{ account: Account; next: string } | 'invalid' | 'reused'> {
    const session = await this.sessions.lock(tx, sessionId);
    // A token we never gave out says nothing about the session, whoever made it up.
    if (session === null || turn > session.turn || !sameSecret(given, this.tokens.refresh(sessionId, turn, session.seed)))
      return 'invalid';
    const again = turn === session.turn - 1 && session.secondsSinceExchange <= GRACE_SECONDS;
    if (turn !== session.turn && !again) {
      await this.sessions.end(tx, sessionId, 'reuse');
      await this.changes.announce(tx, `session:${sessionId}`);
      return 'reused';
    }
    const account = await this.accounts.find(tx, session.userId);
    if (account === null) return 'invalid';
    const next = this.tokens.refresh(sessionId, turn + 1, session.seed);
    if (!again) await this.sessions.exchange(tx, sessionId, turn + 1, hashToken(next));
    return { account, next };
  }

  private newSession(userId: string, origin: Origin): { row: Parameters<SessionsRepository['insert']>[1]; refreshToken: string } {
    const id = uuidv7();
    const seed = randomBytes(SEED_BYTES);
    const refreshToken = this.tokens.refresh(id, 0, seed);
    return {
      row: { id, userId, seed, tokenHash: hashToken(refreshToken), ...origin, days: this.config.identity.sessionDays },
      refreshToken,
    };
  }

  private async signedIn(account: Account, sessionId: string, refreshToken: string): Promise<SignedIn> {
    const access = await this.tokens.access({ sub: account.userId, sid: sessionId, wid: account.workspaceId });
    return { account, refreshToken, ...access };
  }
}
