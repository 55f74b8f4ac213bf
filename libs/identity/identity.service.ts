import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '#config';
import { Database, isUniqueViolation } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { type Account, AccountsRepository } from './accounts.repository.js';
import type { Actor } from './actor.js';
import { identityErrors } from './identity.errors.js';
import { Passwords } from './passwords.js';
import { SessionsRepository } from './sessions.repository.js';
import { type AccessClaims, hashToken, sameHash, Tokens } from './tokens.js';

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

/** Accounts and sessions. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: Passwords,
    private readonly tokens: Tokens,
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
   * Exchanges a refresh token for a new pair. One that was exchanged before ends its session: somebody holds a copy.
   * @throws FieldError refresh_token_invalid or refresh_token_reused
   */
  async refresh(refreshToken: string): Promise<SignedIn> {
    const sessionId = this.tokens.sessionOf(refreshToken);
    if (sessionId === null)
      throw new FieldError(identityErrors.refresh_token_invalid, identityErrors.refresh_token_invalid.example);
    const next = this.tokens.refresh(sessionId);
    const outcome = await this.database.asSystem(async (tx) => {
      const session = await this.sessions.lock(tx, sessionId);
      if (session === null) return 'unknown';
      if (!sameHash(session.tokenHash, hashToken(refreshToken))) {
        await this.sessions.end(tx, sessionId, 'reuse');
        return 'reused';
      }
      await this.sessions.rotate(tx, sessionId, hashToken(next));
      return (await this.accounts.find(tx, session.userId)) ?? 'unknown';
    });
    if (outcome === 'unknown')
      throw new FieldError(identityErrors.refresh_token_invalid, identityErrors.refresh_token_invalid.example);
    if (outcome === 'reused') {
      this.log.warn('A refresh token came back after its exchange; the session is ended', { sessionId });
      throw new FieldError(identityErrors.refresh_token_reused, identityErrors.refresh_token_reused.example);
    }
    return this.signedIn(outcome, sessionId, next);
  }

  /** Ends the session of the actor. */
  async logout(actor: Actor): Promise<void> {
    await this.database.asSystem((tx) => this.sessions.end(tx, actor.sessionId, 'logout'));
  }

  /**
   * Who stands behind a verified access token.
   * @param workspaceId the workspace asked for; the personal one when null
   * @throws FieldError access_token_invalid when the session has ended, workspace_not_found when the user is no member
   */
  async actorOf(claims: AccessClaims, workspaceId: string | null): Promise<Actor> {
    const { live, actor } = await this.database.asSystem((tx) =>
      this.accounts.findActor(tx, claims.sid, workspaceId ?? claims.wid),
    );
    if (!live) throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
    if (actor === null) throw new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
    return actor;
  }

  private newSession(userId: string, origin: Origin): { row: Parameters<SessionsRepository['insert']>[1]; refreshToken: string } {
    const id = uuidv7();
    const refreshToken = this.tokens.refresh(id);
    return {
      row: { id, userId, tokenHash: hashToken(refreshToken), ...origin, days: this.config.identity.sessionDays },
      refreshToken,
    };
  }

  private async signedIn(account: Account, sessionId: string, refreshToken: string): Promise<SignedIn> {
    const access = await this.tokens.access({ sub: account.userId, sid: sessionId, wid: account.workspaceId });
    return { account, refreshToken, ...access };
  }
}

/** One address, one account, however it is typed. */
function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}
