import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { FieldError } from '#errors';
import { SignInService, type SignedIn } from '#identity';
import { Log } from '#observability';
import { federationErrors } from '../federation.errors.js';
import { VouchedAccounts } from '../vouched-accounts.js';
import { OidcClient, type SignInSecrets } from './oidc-client.js';
import { type IdTokenClaims, personOfClaims } from './person-of-claims.js';
import { type Attempt, SignInAttemptsRepository } from './sign-in-attempts.repository.js';

/** The beginning of a sign-in: where the browser goes, and what it must bring back. */
export interface BegunSignIn {
  location: string;
  /** For the browser's cookie. */
  browserSecret: string;
}

/** The end of a sign-in: tokens for whoever asked directly, or the address of the client app with a code for it. */
export type EndedSignIn = { signedIn: SignedIn } | { location: string };

const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;

/** Sign-in by way of an OpenID Connect provider: the code flow with PKCE, state and nonce, bound to one browser. */
@Injectable()
export class OidcSignIn {
  private readonly clients: ReadonlyMap<string, OidcClient>;
  private readonly key: Buffer;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly attempts: SignInAttemptsRepository,
    private readonly accounts: VouchedAccounts,
    private readonly people: SignInService,
    private readonly log: Log,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', config.identity.secret, '', 'steno oidc sign-in v1', 32));
    this.clients = new Map(
      config.federation.oidc.map((provider) => [
        provider.id,
        new OidcClient(provider, `${config.http.publicUrl}/api/v1/auth/${provider.id}/callback`),
      ]),
    );
  }

  /**
   * Begins a sign-in.
   * @param returnTo address of the client app that is to get a code
   * @param knownBrowser secret of the browser's cookie, when it has one from another tab
   * @throws FieldError provider_unknown, return_address_refused, provider_unreachable
   */
  async begin(provider: string, returnTo: string | null, knownBrowser: string | null): Promise<BegunSignIn> {
    const client = this.client(provider);
    if (returnTo !== null) this.refuseReturnAddress(returnTo);
    const secrets = this.secretsOf(randomSecret());
    const browserSecret = knownBrowser !== null && SECRET.test(knownBrowser) ? knownBrowser : randomSecret();
    const location = await this.reach(provider, client.authorizationUrl(secrets));
    const attempt = { stateHash: sha256(secrets.state), provider, browserHash: sha256(browserSecret), returnTo };
    await this.database.asSystem((tx) => this.attempts.insert(tx, attempt));
    return { location: location.href, browserSecret };
  }

  /**
   * Ends a sign-in.
   * @param query as the browser brought it from the provider
   * @param browserSecret of its cookie
   * @throws FieldError of `federationErrors`
   */
  async end(provider: string, query: string, browserSecret: string | null): Promise<EndedSignIn> {
    const client = this.client(provider);
    const state = new URLSearchParams(query).get('state') ?? '';
    const attempt = await this.database.asSystem((tx) => this.attempts.take(tx, sha256(state)));
    if (attempt === null || !isOf(attempt, provider, browserSecret)) throw notCompleted(provider);
    const claims = await this.claims(provider, client, query, state);
    const person = personOfClaims(this.providerOf(provider), claims);
    const userId = await this.database.asSystem((tx) => this.accounts.accountOf(tx, person));
    if (attempt.returnTo === null) return { signedIn: await this.people.signInVouched(userId) };
    return { location: await this.locationWithCode(attempt.returnTo, userId) };
  }

  /**
   * Gives a client app the tokens for its code.
   * @throws FieldError sign_in_code_invalid
   */
  async exchange(code: string): Promise<SignedIn> {
    const userId = await this.database.asSystem((tx) => this.attempts.takeCode(tx, sha256(code)));
    if (userId === null)
      throw new FieldError(federationErrors.sign_in_code_invalid, federationErrors.sign_in_code_invalid.example);
    return this.people.signInVouched(userId);
  }

  private async claims(provider: string, client: OidcClient, query: string, state: string): Promise<IdTokenClaims> {
    try {
      return await client.claims(query, this.secretsOf(state));
    } catch (error) {
      // Its texts are the provider's or the browser's: the log may have them, the browser not.
      this.log.warn('A sign-in elsewhere was not completed', { provider, error });
      throw notCompleted(provider);
    }
  }

  private async reach<T>(provider: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new FieldError(
        federationErrors.provider_unreachable,
        `${provider} does not answer right now. Try again in 10 seconds.`,
        {
          cause: error,
          retryAfterSeconds: 10,
        },
      );
    }
  }

  private async locationWithCode(returnTo: string, userId: string): Promise<string> {
    const code = randomSecret();
    await this.database.asSystem((tx) => this.attempts.insertCode(tx, sha256(code), userId));
    const location = new URL(returnTo);
    location.searchParams.set('code', code);
    return location.href;
  }

  /** All made of the state, so that nothing of them lies in the database. */
  private secretsOf(state: string): SignInSecrets {
    const derive = (purpose: string): string => createHmac('sha256', this.key).update(`${purpose} ${state}`).digest('base64url');
    return { state, nonce: derive('nonce'), codeVerifier: derive('code verifier') };
  }

  private refuseReturnAddress(returnTo: string): void {
    const allowed = this.config.federation.returnUrls.some((address) => isUnder(returnTo, address));
    if (!allowed) throw new FieldError(federationErrors.return_address_refused, federationErrors.return_address_refused.example);
  }

  private client(provider: string): OidcClient {
    const client = this.clients.get(provider);
    if (client !== undefined) return client;
    const ids = [...this.clients.keys()];
    const available = ids.length === 0 ? 'None is set up' : `Available: ${ids.join(', ')}`;
    throw new FieldError(federationErrors.provider_unknown, `There is no sign-in by way of "${provider}" here. ${available}.`);
  }

  private providerOf(id: string): Config['federation']['oidc'][number] {
    const provider = this.config.federation.oidc.find((candidate) => candidate.id === id);
    if (provider === undefined) throw new Error(`The provider ${id} has a client and no configuration.`);
    return provider;
  }
}

/** The same origin, and the same path or one below it. Anything a browser and we could read in two ways is no match. */
function isUnder(address: string, allowed: string): boolean {
  if (!URL.canParse(address)) return false;
  const [given, base] = [new URL(address), new URL(allowed)];
  const folder = base.pathname.replace(/\/+$/, '');
  return (
    given.origin === base.origin &&
    given.username === '' &&
    given.password === '' &&
    (given.pathname === base.pathname || given.pathname === folder || given.pathname.startsWith(`${folder}/`))
  );
}

function isOf(attempt: Attempt, provider: string, browserSecret: string | null): boolean {
  const [given, expected] = [Buffer.from(sha256(browserSecret ?? '')), Buffer.from(attempt.browserHash)];
  return attempt.provider === provider && browserSecret !== null && timingSafeEqual(given, expected);
}

function notCompleted(provider: string): FieldError {
  return new FieldError(
    federationErrors.sign_in_not_completed,
    `The sign-in by way of ${provider} is too old, was used before or began in another browser. Begin again at /api/v1/auth/${provider}/login.`,
  );
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
