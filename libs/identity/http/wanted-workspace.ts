import { isUUID } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { FieldError } from '#errors';
import type { Actor } from '../actor.js';
import type { AccessClaims } from '../tokens.js';
import { identityErrors } from '../identity.errors.js';

/** A request on its way through the guard. */
export type ActorRequest = FastifyRequest & {
  /** Who makes it, once it has passed. */
  user?: Actor;
  /** Of its access token, once that was verified. */
  accessClaims?: AccessClaims;
  /** Where the route names a workspace in its path: that one. */
  workspaceOfPath?: string;
};

/**
 * The workspace a request is about: the one in its path, else the one of `X-Workspace-Id`.
 * @returns null when it names none
 * @throws FieldError workspace_not_found when the header is no id
 */
export function wantedWorkspace({ workspaceOfPath, headers }: ActorRequest): string | null {
  if (workspaceOfPath !== undefined) return workspaceOfPath;
  const header = headers['x-workspace-id'];
  if (header === undefined) return null;
  if (isUUID(header)) return header as string;
  throw new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
}
