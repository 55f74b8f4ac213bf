import type { Role } from '#database';

/** Who makes a request, in which workspace, with which role. Comes from the token and the rows behind it, never from a body. */
export interface Actor {
  userId: string;
  email: string;
  name: string;
  sessionId: string;
  workspaceId: string;
  workspaceName: string;
  role: Role;
}
