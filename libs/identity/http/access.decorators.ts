import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiSecurity } from '@nestjs/swagger';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { databaseErrors } from '#database';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import type { Permission } from '../permissions.js';

export const ACCESS = 'steno:access';
/** What a route declared: a permission, or that it is open to everyone. */
export type DeclaredAccess = Permission | 'public';

/** A request that passed the guard. */
export type ActorRequest = FastifyRequest & { user?: Actor };

/** The route needs a signed-in actor whose role has the permission. Writes the same into the OpenAPI document. */
export function Access(permission: Permission): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, permission satisfies DeclaredAccess),
    ApiBearerAuth(),
    ApiExtension('x-permission', permission),
    ApiHeader({
      name: 'X-Workspace-Id',
      required: false,
      description: 'The workspace to work in; your personal one when left out.',
      schema: { type: 'string', format: 'uuid' },
    }),
    ApiProblems(
      identityErrors.authentication_required,
      identityErrors.access_token_invalid,
      identityErrors.permission_denied,
      identityErrors.workspace_not_found,
      commonErrors.internal_error,
      databaseErrors.database_unavailable,
    ),
  );
}

/** The route is open to everyone, in OpenAPI the empty requirement. Every route says this or `@Access`; one that says neither stops the start. */
export function Public(): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(ACCESS, 'public' satisfies DeclaredAccess), ApiSecurity({}));
}

/** The actor of the request; only on routes with `@Access`. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<ActorRequest>();
  if (user === undefined) throw new Error('@CurrentActor stands on a route without @Access.');
  return user;
});
