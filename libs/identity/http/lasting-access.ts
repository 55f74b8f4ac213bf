import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type ChangedSubject, ChangeFeed } from '#database';
import { type ErrorKind, FieldError } from '#errors';
import type { Permission } from '../permissions.js';
import { refuseUnlessMay } from './permitted.js';
import { RequestActors } from './request-actors.js';
import type { ActorRequest } from './wanted-workspace.js';

/** Answers that mean the caller may no longer go on. A database that is away takes access from nobody. */
const ENDS_OF_ACCESS = new Set<ErrorKind>(['unauthenticated', 'forbidden', 'not_found']);
const LOOK_MS = 1_000;
/** Also without news: keys and sessions end by themselves. */
const LOOKS_WITHOUT_NEWS = 15;

interface Watch {
  request: ActorRequest;
  permission: Permission;
  ended: () => void;
}

/**
 * For answers that go on for long: ends them when whoever asked may no longer. Within a second of the change that took the access,
 * as with requests.
 */
@Injectable()
export class LastingAccess implements OnApplicationShutdown {
  private readonly watches = new Set<Watch>();
  private timer?: NodeJS.Timeout;
  private looks = 0;
  private listening = false;

  constructor(
    private readonly actors: RequestActors,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * Calls back once when the access of a request that has passed the guard is over.
   * @returns ends the watch
   */
  watch(request: ActorRequest, permission: Permission, ended: () => void): () => void {
    this.listen();
    const watch = { request, permission, ended };
    this.watches.add(watch);
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    return () => this.forget(watch);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private forget(watch: Watch): void {
    this.watches.delete(watch);
    if (this.watches.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** After those who remember actors, who forget what changed before it is asked for here. */
  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    this.feed.listen({ changed: (subject) => this.checkAll(subject), lost: () => this.checkAll() });
  }

  private look(): void {
    this.looks += 1;
    if (!this.feed.isCurrent || this.looks % LOOKS_WITHOUT_NEWS === 0) this.checkAll();
  }

  private checkAll(changed?: ChangedSubject): void {
    for (const watch of this.watches) if (changed === undefined || concerns(watch, changed)) void this.check(watch);
  }

  private async check(watch: Watch): Promise<void> {
    const { request, permission, ended } = watch;
    try {
      refuseUnlessMay(await this.actors.of(request, () => claimsOf(request)), permission);
    } catch (error) {
      if (!(error instanceof FieldError) || !ENDS_OF_ACCESS.has(error.kind) || !this.watches.has(watch)) return;
      this.forget(watch);
      ended();
    }
  }
}

function concerns({ request: { user } }: Watch, changed: ChangedSubject): boolean {
  if (user === undefined) return true;
  const { userId, sessionId, keyId, workspaceId } = user;
  return [`user:${userId}`, `session:${sessionId}`, `key:${keyId}`, `workspace:${workspaceId}`].includes(changed);
}

function claimsOf({ accessClaims }: ActorRequest): NonNullable<ActorRequest['accessClaims']> {
  if (accessClaims === undefined) throw new Error('A request without another token has passed the guard without claims.');
  return accessClaims;
}
