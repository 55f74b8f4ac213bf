import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  Configuration,
  customFetch,
  type CustomFetch,
  discovery,
  enableNonRepudiationChecks,
  type ServerMetadata,
} from 'openid-client';
import type { OidcProvider } from '#config';
import { GOOGLE_LEGACY_ISSUER, type IdTokenClaims } from './person-of-claims.js';

/** The secrets of one sign-in: only the browser that began it and this server can make them. */
export interface SignInSecrets {
  state: string;
  nonce: string;
  codeVerifier: string;
}

const TIMEOUT_SECONDS = 10;
/** Providers rotate their keys and change their endpoints rarely; a day-old description may be wrong. */
const REDISCOVER_MS = 3_600_000;

/** One OpenID Connect provider, as a client of its code flow with PKCE, state and nonce. */
export class OidcClient {
  private discovered?: { configuration: Promise<Configuration>; at: number };

  /**
   * @param redirectUri registered with the provider, exactly so
   * @param request how requests are made; redirects are not followed
   */
  constructor(
    private readonly provider: OidcProvider,
    private readonly redirectUri: string,
    private readonly request: CustomFetch = (url, options) => fetch(url, options),
  ) {}

  /** Where the browser is sent. */
  async authorizationUrl({ state, nonce, codeVerifier }: SignInSecrets): Promise<URL> {
    return buildAuthorizationUrl(await this.configuration(), {
      redirect_uri: this.redirectUri,
      scope: 'openid email profile',
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
  }

  /**
   * Exchanges what the browser came back with for the claims of a checked ID token.
   * @param query of the request, without its question mark
   * @throws Error of openid-client when anything is not as it must be
   */
  async claims(query: string, { state, nonce, codeVerifier }: SignInSecrets): Promise<IdTokenClaims> {
    const configuration = await this.configuration();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
    const answered = new URL(`${this.redirectUri}?${query}`);
    if (this.provider.kind !== 'google') return claimsOf(await authorizationCodeGrant(configuration, answered, checks));
    const metadata = JSON.parse(JSON.stringify(configuration.serverMetadata())) as ServerMetadata;
    const kept = keepingAnswer(this.request);
    try {
      return claimsOf(await authorizationCodeGrant(this.configured(metadata, kept.request), answered, checks));
    } catch (error) {
      if (!kept.speaksOf(GOOGLE_LEGACY_ISSUER)) throw error;
      // The same answer once more, read as one of the issuer without its scheme. Its code is spent: nothing is sent again.
      const legacy = { ...metadata, issuer: GOOGLE_LEGACY_ISSUER, authorization_response_iss_parameter_supported: false };
      // The parameter was compared with the issuer's full name by the first reading.
      answered.searchParams.delete('iss');
      return claimsOf(await authorizationCodeGrant(this.configured(legacy, kept.again), answered, checks));
    }
  }

  private configured(metadata: ServerMetadata, request: CustomFetch): Configuration {
    const configuration = new Configuration(metadata, this.provider.clientId, this.provider.clientSecret);
    configuration[customFetch] = request;
    configuration.timeout = TIMEOUT_SECONDS;
    enableNonRepudiationChecks(configuration);
    if (insecure(this.provider.issuer)) allowInsecureRequests(configuration);
    return configuration;
  }

  /** What the provider says of itself, read once an hour; a failure is not remembered. */
  private async configuration(): Promise<Configuration> {
    if (this.discovered === undefined || performance.now() - this.discovered.at > REDISCOVER_MS) {
      const configuration = this.discover();
      this.discovered = { configuration, at: performance.now() };
      configuration.catch(() => (this.discovered = undefined));
    }
    return this.discovered.configuration;
  }

  private async discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.provider;
    return discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: TIMEOUT_SECONDS,
      // The signature too, though the token comes straight from the provider.
      execute: [enableNonRepudiationChecks, ...(insecure(issuer) ? [allowInsecureRequests] : [])],
      [customFetch]: this.request,
    });
  }
}

/** Only tests and development have such issuers: production refuses them at start. */
function insecure(issuer: string): boolean {
  return new URL(issuer).protocol === 'http:';
}

function claimsOf(tokens: Awaited<ReturnType<typeof authorizationCodeGrant>>): IdTokenClaims {
  const claims = tokens.claims();
  if (claims === undefined) throw new Error('The provider sent no ID token.');
  return { ...claims };
}

/** Makes requests and keeps the answer that carries an ID token, so that it can be read twice. */
function keepingAnswer(request: CustomFetch): {
  request: CustomFetch;
  speaksOf: (this: void, issuer: string) => boolean;
  again: CustomFetch;
} {
  let kept: string | undefined;
  return {
    request: async (url, options) => {
      const response = await request(url, options);
      const text = await response.clone().text();
      if (text.includes('"id_token"')) kept = text;
      return response;
    },
    speaksOf: (issuer) => kept !== undefined && issuerIn(kept) === issuer,
    again: (url, options) =>
      options.method === 'POST' && kept !== undefined
        ? Promise.resolve(new Response(kept, { headers: { 'content-type': 'application/json' } }))
        : request(url, options),
  };
}

/** The issuer an unchecked ID token names; only decides how it is checked. */
function issuerIn(answer: string): unknown {
  const { id_token: token } = JSON.parse(answer) as { id_token?: string };
  const payload = Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString();
  return payload === '' ? undefined : (JSON.parse(payload) as { iss?: unknown }).iss;
}
