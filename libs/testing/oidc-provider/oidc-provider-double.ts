import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** Claims of the people who have accounts there, by what they type in as their login. */
export type People = Record<string, Record<string, unknown>>;

export interface OidcProviderDouble {
  issuer: string;
  stop(): Promise<void>;
}

/**
 * A real OpenID provider on 127.0.0.1. Everybody's password is right.
 * @param clients redirect URI by client id; every client's secret is `secret of <id>`
 */
export async function startOidcProvider(clients: Record<string, string>, people: People): Promise<OidcProviderDouble> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const names = [...new Set(Object.values(people).flatMap((claims) => Object.keys(claims)))];
  const provider = new Provider(issuer, {
    clients: Object.entries(clients).map(([id, redirectUri]) => ({
      client_id: id,
      client_secret: `secret of ${id}`,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    claims: { openid: names, email: [], profile: [] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['of a double'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
