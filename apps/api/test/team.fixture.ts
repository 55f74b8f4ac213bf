import { type Role, ROLES } from '#database';
import { makeMembership, makeWorkspace } from '#testing/factories';
import type { SignedInUser, TestApi } from './test-api.js';

/** A team's workspace with one member of each role. */
export interface Team extends Record<Role, SignedInUser> {
  id: string;
  /** Of its workspace, e.g. `/members`. */
  url(path?: string): string;
}

export async function makeTeam(api: TestApi): Promise<Team> {
  const { id } = await makeWorkspace(api.database);
  const members = await Promise.all(
    ROLES.map(async (role) => {
      const user = await api.register(`The ${role}`);
      await makeMembership(api.database, id, user.userId, role);
      return [role, user] as const;
    }),
  );
  return {
    ...(Object.fromEntries(members) as Record<Role, SignedInUser>),
    id,
    url: (path = '') => `/api/v1/workspaces/${id}${path}`,
  };
}

/** Marks an address as proven, as the link of the letter would. */
export async function verifyAddress(api: TestApi, { userId }: Pick<SignedInUser, 'userId'>): Promise<void> {
  await api.database.asSystem((tx) => tx.execute('UPDATE users SET email_verified_at = now() WHERE id = $1', [userId]));
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request by somebody, answered with its status and JSON. */
export async function ask(
  api: TestApi,
  who: { headers: Record<string, string> } | null,
  method: Method,
  url: string,
  payload?: object,
): Promise<{ status: number; body: Record<string, unknown>; text: string; headers: Record<string, unknown> }> {
  const response = await api.app.inject({
    method,
    url,
    headers: who?.headers ?? {},
    ...(payload === undefined ? {} : { payload }),
  });
  const isJson = /json/.test(String(response.headers['content-type'])) && response.body !== '';
  const body = isJson ? response.json<Record<string, unknown>>() : {};
  return { status: response.statusCode, body, text: response.body, headers: response.headers };
}

/** The record of what was done in a workspace, oldest first. */
export async function recorded(
  api: TestApi,
  workspaceId: string,
): Promise<{ action: string; actor: string | null; details: object }[]> {
  return api.database.asSystem((tx) =>
    tx.query('SELECT action, actor_id AS actor, details FROM audit_log WHERE workspace_id = $1 ORDER BY id', [workspaceId]),
  );
}
