import { makeMembership } from '#testing/factories';
import type { Role } from '#database';
import type { SignedInUser, TestApi } from './test-api.js';

/** A key as the answer shows it that makes it. */
export interface MadeKey {
  id: string;
  key: string;
  name: string;
  prefix: string;
  lastFour: string;
  scopes: string[];
  status: string;
  userId: string;
}

/** Headers of a request made with a token or a key. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** A request to the routes of API keys. */
export function ask(api: TestApi, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, headers: object, payload?: object) {
  return api.app.inject({ method, url: `/api/v1/api-keys${path}`, headers: { ...headers }, payload });
}

/** Makes a key for somebody. */
export async function makeKey(api: TestApi, headers: object, given: object = {}): Promise<MadeKey> {
  const response = await ask(api, 'POST', '', headers, { name: 'Nightly import', scopes: ['read'], ...given });
  if (response.statusCode !== 201) throw new Error(`Could not make a key: ${response.body}`);
  return response.json<MadeKey>();
}

/** What a route that any key may read answers to a key. */
export function meOf(api: TestApi, key: string, headers: object = {}) {
  return api.app.inject({ method: 'GET', url: '/api/v1/auth/me', headers: { ...bearer(key), ...headers } });
}

/** Somebody new in another's workspace, with the headers to work there. */
export async function joinAs(api: TestApi, owner: SignedInUser, role: Role): Promise<SignedInUser & { headers: object }> {
  const user = await api.register();
  await makeMembership(api.database, owner.workspaceId, user.userId, role);
  return { ...user, headers: { ...user.headers, 'x-workspace-id': owner.workspaceId } as SignedInUser['headers'] };
}
