import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ACCESS, PUBLIC } from '#access';
import { FieldError, messageOf } from '#errors';
import { currentContext } from '#observability';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { roleMay } from '../permissions.js';
import type { ActorRequest, DeclaredAccess } from './access.decorators.js';

/** The one guard, on every route: nothing is open that did not say so. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<DeclaredAccess | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === PUBLIC) return true;
    if (access === undefined) throw new Error(`${context.getClass().name}.${context.getHandler().name} declares no access.`);
    await super.canActivate(context);
    const { user } = context.switchToHttp().getRequest<ActorRequest>();
    if (user === undefined)
      throw new FieldError(identityErrors.authentication_required, identityErrors.authentication_required.example);
    if (!roleMay(user.role, access)) throw permissionDenied(access, user);
    nameActorInLog(user);
    return true;
  }

  /** Passport's own errors are challenges and texts; callers get ours. */
  override handleRequest<User>(error: unknown, user: User | false, info: unknown): User {
    if (error !== null && error !== undefined) throw error instanceof Error ? error : new Error(messageOf(error));
    if (user !== false) return user;
    const missing = info instanceof Error && info.message === 'No auth token';
    const definition = missing ? identityErrors.authentication_required : identityErrors.access_token_invalid;
    throw new FieldError(definition, definition.example);
  }
}

function permissionDenied(permission: string, actor: Actor): FieldError {
  return new FieldError(
    identityErrors.permission_denied,
    `This needs the permission ${permission}, which the role ${actor.role} does not have. Ask an owner of the workspace.`,
  );
}

function nameActorInLog(actor: Actor): void {
  const context = currentContext();
  if (context === undefined) return;
  context.userId = actor.userId;
  context.workspaceId = actor.workspaceId;
}
