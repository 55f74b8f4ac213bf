import type { PlatformRole, Plan, Role } from '#database';
import type { Scope } from './permissions.js';

/** Who makes a request, in which workspace, with which role. Comes from the token and the rows behind it, never from a body. */
export interface Actor {
  /** A person with a session, or an API key that acts for the person who made it. */
  kind: 'user' | 'key';
  userId: string;
  email: string;
  name: string;
  platformRole: PlatformRole;
  workspaceId: string;
  workspaceName: string;
  role: Role;
  /** Of the workspace. */
  plan: Plan;
  /** Null for keys, and for sessions that another identity provider keeps. */
  sessionId: string | null;
  /** The key, when it is one. */
  keyId: string | null;
  /** What the key was made for; null for people, whose role alone decides. */
  scopes: Scope[] | null;
  /** Requests an hour the key was limited to, below its plan's limit. */
  keyLimitPerHour: number | null;
}
