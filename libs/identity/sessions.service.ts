import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '#audit';
import { Config } from '#config';
import { ChangeFeed, Database, type SystemTransaction } from '#database';
import { FieldError } from '#errors';
import { currentContext, Log } from '#observability';
import type { Page, PageRequest } from '#paging';
import { type Account, AccountsRepository } from './accounts.repository.js';
import type { Actor } from './actor.js';
import { identityErrors } from './identity.errors.js';
import { type SessionEnd, type SessionRow, SessionsRepository } from './sessions.repository.js';
import { hashToken, sameSecret, Tokens } from './tokens.js';

export interface SignedIn {
  account: Account;
  accessToken: string;
  refreshToken: string;
  /** Seconds the access token is valid. */
  expiresIn: number;
}

/** A session of the actor, and whether it is the one that asks. */
export type OwnSession = SessionRow & { current: boolean };

/** How long the refresh token exchanged last may come again: retries of a client whose answer got lost. */
const GRACE_SECONDS = 10;
const SEED_BYTES = 32;

/** Sessions: how they begin, go on and end. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly sessions: SessionsRepository,
    private readonly tokens: Tokens,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /**
   * Signs somebody in, with the caller's transaction; from where comes from the running request.
   * @param by how they proved who they are, for the record
   */
  async begin(tx: SystemTransaction, account: Account, by: string): Promise<SignedIn> {
    const { device = null, address = null } = currentContext() ?? {};
    const { userId } = account;
    const id = uuidv7();
    const seed = randomBytes(SEED_BYTES);
    const refreshToken = this.tokens.refresh(id, 0, seed);
    const days = this.config.identity.sessionDays;
    await this.sessions.insert(tx, { id, userId, seed, tokenHash: hashToken(refreshToken), device, address, days });
    await this.record(tx, account, 'session.started', id, { by });
    return this.signedIn(account, id, refreshToken);
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

  /** Ends the session of the actor. */
  async logout(actor: Actor): Promise<void> {
    if (actor.sessionId !== null) await this.endOwn(actor, actor.sessionId, 'logout');
  }

  /** The actor's open sessions, newest first. */
  async list(actor: Actor, request: PageRequest): Promise<Page<OwnSession>> {
    const page = await this.database.asSystem((tx) => this.sessions.list(tx, actor.userId, request));
    return { ...page, items: page.items.map((session) => ({ ...session, current: session.id === actor.sessionId })) };
  }

  /**
   * Ends one session of the actor.
   * @throws FieldError session_not_found, also for somebody else's
   */
  async end(actor: Actor, id: string): Promise<void> {
    if (!(await this.endOwn(actor, id, 'ended_by_user')))
      throw new FieldError(identityErrors.session_not_found, identityErrors.session_not_found.example);
  }

  /** Ends all sessions of an account, but the one to be kept, with the caller's transaction. */
  async endAll(tx: SystemTransaction, account: Account, reason: SessionEnd, kept: string | null = null): Promise<void> {
    for (const id of await this.sessions.endAll(tx, account.userId, reason, kept)) {
      await this.record(tx, account, 'session.ended', id, { reason });
      await this.changes.announce(tx, `session:${id}`);
    }
  }

  private async endOwn({ userId }: Actor, id: string, reason: SessionEnd): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      if (!(await this.sessions.end(tx, { id, userId }, reason))) return false;
      await this.changes.announce(tx, `session:${id}`);
      const account = await this.accounts.find(tx, userId);
      if (account !== null) await this.record(tx, account, 'session.ended', id, { reason });
      return true;
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
    if (turn === session.turn && !sameSecret(hashToken(given), session.tokenHash)) return 'invalid';
    const account = await this.accounts.find(tx, session.userId);
    if (account === null) return 'invalid';
    const again = turn === session.turn - 1 && session.secondsSinceExchange <= GRACE_SECONDS;
    if (turn !== session.turn && !again) {
      await this.sessions.end(tx, { id: sessionId, userId: session.userId }, 'reuse');
      await this.changes.announce(tx, `session:${sessionId}`);
      await this.record(tx, account, 'session.token_reused', sessionId, {});
      return 'reused';
    }
    const next = this.tokens.refresh(sessionId, turn + 1, session.seed);
    if (!again) await this.sessions.exchange(tx, sessionId, turn + 1, hashToken(next));
    return { account, next };
  }

  private async record(
    tx: SystemTransaction,
    { userId, name, workspaceId }: Account,
    action: 'session.started' | 'session.ended' | 'session.token_reused',
    sessionId: string,
    details: Record<string, string>,
  ): Promise<void> {
    const actor =
      action === 'session.token_reused' ? ({ kind: 'anonymous' } as const) : ({ kind: 'user', id: userId, name } as const);
    await this.audit.record(tx, { workspaceId, actor, action, target: { kind: 'session', id: sessionId }, details });
  }

  private async signedIn(account: Account, sessionId: string, refreshToken: string): Promise<SignedIn> {
    const access = await this.tokens.access({ sub: account.userId, sid: sessionId, wid: account.workspaceId });
    return { account, refreshToken, ...access };
  }
}
