import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader } from '@nestjs/swagger';
import { ACCESS, type PUBLIC } from '#access';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { databaseErrors } from '#database';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { type Permission, scopeFor } from '../permissions.js';
import type { ActorRequest } from './wanted-workspace.js';

const WORKSPACE_HEADER = {
  name: 'X-Workspace-Id',
  required: false,
  description: 'The workspace to work in; your personal one when left out. A key works in its own.',
  schema: { type: 'string' as const, format: 'uuid' },
};

/** What a route declared: a permission, or that it is open to everyone. */
export type DeclaredAccess = Permission | typeof PUBLIC;

/** Name of the path parameter that names the workspace a route works in. */
export const WORKSPACE_PARAMETER = 'steno:workspace-parameter';

interface AccessOptions {
  /** The path parameter that names the workspace, on routes under `workspaces/`. Else `X-Workspace-Id` does. */
  workspace?: string;
}

/**
 * The route needs somebody who is signed in, or an API key, and who has the permission in the workspace of the request. Writes the
 * same into the OpenAPI document.
 */
export function Access(permission: Permission, { workspace }: AccessOptions = {}): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, permission satisfies DeclaredAccess),
    SetMetadata(WORKSPACE_PARAMETER, workspace),
    ApiBearerAuth(),
    ApiExtension('x-permission', permission),
    ApiExtension('x-scope', scopeFor(permission)),
    ...(workspace === undefined ? [ApiHeader(WORKSPACE_HEADER)] : []),
    ApiProblems(
      identityErrors.authentication_required,
      identityErrors.access_token_invalid,
      identityErrors.api_key_invalid,
      identityErrors.permission_denied,
      identityErrors.workspace_not_found,
      commonErrors.too_many_requests,
      commonErrors.internal_error,
      databaseErrors.database_unavailable,
    ),
  );
}

/** The actor of the request; only on routes with `@Access`. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<ActorRequest>();
  if (user === undefined) throw new Error('@CurrentActor stands on a route without @Access.');
  return user;
});
