import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { isUUID } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { ACCESS, PUBLIC } from '#access';
import { commonErrors, type ErrorKind, FieldError, messageOf } from '#errors';
import { currentContext } from '#observability';
import { RequestLimits, type RoutePolicy } from '#rate-limits/http';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import type { AccessClaims } from '../tokens.js';
import { type DeclaredAccess, WORKSPACE_PARAMETER } from './access.decorators.js';
import { refuseUnlessMay } from './permitted.js';
import { RequestActors } from './request-actors.js';
import type { ActorRequest } from './wanted-workspace.js';

/** What a request can be refused for before it is known who makes it. A database that is away is not the caller's fault. */
const CALLERS_FAULTS = new Set<ErrorKind>(['unauthenticated', 'forbidden', 'not_found']);

/** The one guard, on every route: nothing is open that did not say so. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly actors: RequestActors,
    private readonly limits: RequestLimits,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.declared<DeclaredAccess>(ACCESS, context);
    if (access === PUBLIC) return this.limits.canActivate(context);
    if (access === undefined) throw new Error(`${context.getClass().name}.${context.getHandler().name} declares no access.`);
    const request = context.switchToHttp().getRequest<ActorRequest>();
    const isNamed = this.nameWorkspaceOfPath(request, context);
    const actor = await this.authenticateAndCount(request, context);
    if (!isNamed) throw workspaceIdMalformed();
    refuseUnlessMay(actor, access);
    nameActorInLog(actor);
    return true;
  }

  override getAuthenticateOptions(): { property: string } {
    return { property: 'accessClaims' satisfies keyof ActorRequest };
  }

  /** Passport's own errors are challenges and texts; callers get ours. */
  override handleRequest<User>(error: unknown, user: User | false, info: unknown): User {
    if (error !== null && error !== undefined) throw error instanceof Error ? error : new Error(messageOf(error));
    if (user !== false) return user;
    const missing = info instanceof Error && info.message === 'No auth token';
    const definition = missing ? identityErrors.authentication_required : identityErrors.access_token_invalid;
    throw new FieldError(definition, definition.example);
  }

  /** Whoever makes the request, counted with it; requests that nobody is known to make are counted as such before they are refused. */
  private async authenticateAndCount(request: ActorRequest, context: ExecutionContext): Promise<Actor> {
    const count = async (actor: Actor | null, ...more: RoutePolicy[]): Promise<void> => {
      const policies = this.limits.policiesOf(context);
      const reply = context.switchToHttp().getResponse<FastifyReply>();
      if (policies !== null) await this.limits.take(request, reply, actor, [...policies, ...more]);
    };
    try {
      await this.authenticate(request, context);
    } catch (error) {
      if (error instanceof FieldError && CALLERS_FAULTS.has(error.kind))
        await count(null, ...(error.code === identityErrors.authentication_required.code ? [] : (['rejected'] as const)));
      throw error;
    }
    const { user } = request;
    if (user === undefined) throw new Error('Authentication ended with neither an actor nor an error.');
    await count(user);
    return user;
  }

  private async authenticate(request: ActorRequest, context: ExecutionContext): Promise<void> {
    request.user = await this.actors.of(request, () => this.claimsOf(request, context));
  }

  /** Of an access token of ours, as Passport has verified it. */
  private async claimsOf(request: ActorRequest, context: ExecutionContext): Promise<AccessClaims> {
    await super.canActivate(context);
    if (request.accessClaims === undefined) throw new Error('Passport ended with neither claims nor an error.');
    return request.accessClaims;
  }

  /** False when the path names a workspace by an id that is none. Until it is refused, the request works in no workspace of the path. */
  private nameWorkspaceOfPath(request: ActorRequest, context: ExecutionContext): boolean {
    const parameter = this.declared<string>(WORKSPACE_PARAMETER, context);
    if (parameter === undefined) return true;
    const id = (request.params as Record<string, string>)[parameter];
    if (isUUID(id)) request.workspaceOfPath = id;
    return request.workspaceOfPath !== undefined;
  }

  private declared<Value>(key: string, context: ExecutionContext): Value | undefined {
    return this.reflector.getAllAndOverride<Value | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}

function workspaceIdMalformed(): FieldError {
  return new FieldError(
    commonErrors.malformed_request,
    'The request could not be read: the workspace in the path must be named by its id, a UUID. Correct it and send it again.',
  );
}

function nameActorInLog(actor: Actor): void {
  const context = currentContext();
  if (context === undefined) return;
  context.userId = actor.userId;
  context.workspaceId = actor.workspaceId;
}
