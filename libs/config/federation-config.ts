import type { FederationEnvironment } from './federation-environment.js';

/** An OpenID Connect provider people may sign in with. */
export interface OidcProvider {
  /** In the path of its routes. */
  id: string;
  /** Which quirks it has. */
  kind: 'google' | 'microsoft' | 'standard';
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Company domains that may sign in; undefined: all. */
  allowedDomains?: string[];
  /** Entra tenants that may sign in, and whose addresses are believed. */
  allowedTenants?: string[];
}

export interface FederationConfig {
  returnUrls: string[];
  oidc: OidcProvider[];
  clerk?: { issuer: string; authorizedParties: string[]; webhookSecret?: string };
}

const ID = /^[a-z][a-z0-9-]{0,30}$/;
const KNOWN_MEMBERS = new Set(['id', 'issuer', 'clientId', 'clientSecret', 'allowedDomains']);

/** What the configuration says about sign-in elsewhere. */
export function federationOf(env: FederationEnvironment): FederationConfig {
  const { CLERK_ISSUER: issuer, CLERK_AUTHORIZED_PARTIES: parties = [], CLERK_WEBHOOK_SIGNING_SECRET: webhookSecret } = env;
  return {
    returnUrls: env.SIGN_IN_RETURN_URLS ?? [],
    oidc: [...googleOf(env), ...microsoftOf(env), ...furtherProviders(env.OIDC_PROVIDERS).providers],
    ...(issuer === undefined ? {} : { clerk: { issuer: issuer.replace(/\/+$/, ''), authorizedParties: parties, webhookSecret } }),
  };
}

/** What is wrong with the variables of sign-in elsewhere, as sentences. */
export function federationProblems(env: FederationEnvironment): string[] {
  const pairs = [
    ['GOOGLE', env.GOOGLE_CLIENT_ID, env.GOOGLE_CLIENT_SECRET],
    ['MICROSOFT', env.MICROSOFT_CLIENT_ID, env.MICROSOFT_CLIENT_SECRET],
  ] as const;
  return [
    ...pairs.flatMap(([name, id, secret]) =>
      (id === undefined) === (secret === undefined)
        ? []
        : [`${name}_CLIENT_ID and ${name}_CLIENT_SECRET belong together: set both or neither.`],
    ),
    ...(env.CLERK_ISSUER !== undefined && env.CLERK_AUTHORIZED_PARTIES === undefined
      ? ['CLERK_AUTHORIZED_PARTIES is not set. Without it tokens made for any other app of the same Clerk would be accepted.']
      : []),
    ...furtherProviders(env.OIDC_PROVIDERS).problems,
  ];
}

function googleOf(env: FederationEnvironment): OidcProvider[] {
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret, GOOGLE_ISSUER: issuer } = env;
  if (clientId === undefined || clientSecret === undefined) return [];
  return [{ id: 'google', kind: 'google', issuer, clientId, clientSecret, allowedDomains: env.GOOGLE_ALLOWED_DOMAINS }];
}

function microsoftOf(env: FederationEnvironment): OidcProvider[] {
  const { MICROSOFT_CLIENT_ID: clientId, MICROSOFT_CLIENT_SECRET: clientSecret, MICROSOFT_ISSUER: issuer } = env;
  if (clientId === undefined || clientSecret === undefined) return [];
  const { MICROSOFT_ALLOWED_DOMAINS: allowedDomains, MICROSOFT_ALLOWED_TENANTS: allowedTenants } = env;
  return [{ id: 'microsoft', kind: 'microsoft', issuer, clientId, clientSecret, allowedDomains, allowedTenants }];
}

function furtherProviders(text: string | undefined): { providers: OidcProvider[]; problems: string[] } {
  if (text === undefined) return { providers: [], problems: [] };
  const list = parsed(text);
  if (!Array.isArray(list)) return { providers: [], problems: ['OIDC_PROVIDERS must be a JSON list of providers.'] };
  const entries = list.map((entry: unknown, index) => providerOf(entry, index));
  const providers = entries.filter((entry) => typeof entry !== 'string');
  const ids = ['google', 'microsoft', ...providers.map(({ id }) => id)];
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return {
    providers,
    problems: [
      ...entries.filter((entry) => typeof entry === 'string'),
      ...(twice === undefined ? [] : [`OIDC_PROVIDERS: the id "${twice}" is taken.`]),
    ],
  };
}

/** @returns a sentence when it is not one */
function providerOf(entry: unknown, index: number): OidcProvider | string {
  const wrong = (reason: string): string => `OIDC_PROVIDERS: entry ${index + 1} ${reason}.`;
  if (typeof entry !== 'object' || entry === null) return wrong('must be an object');
  const unknown = Object.keys(entry).find((member) => !KNOWN_MEMBERS.has(member));
  if (unknown !== undefined) return wrong(`has an unknown member "${unknown}"`);
  const { id, issuer, clientId, clientSecret, allowedDomains } = entry as Record<string, unknown>;
  if (typeof id !== 'string' || !ID.test(id)) return wrong('needs an "id" of a-z, 0-9 and -, starting with a letter');
  if (typeof issuer !== 'string' || !/^https?:$/.test(parsedUrl(issuer)?.protocol ?? ''))
    return wrong('needs the URL of its "issuer"');
  if (typeof clientId !== 'string' || clientId === '') return wrong('needs a "clientId"');
  if (typeof clientSecret !== 'string' || clientSecret === '') return wrong('needs a "clientSecret"');
  if (allowedDomains !== undefined && !isTextList(allowedDomains)) return wrong('needs a list of texts as "allowedDomains"');
  return { id, kind: 'standard', issuer, clientId, clientSecret, allowedDomains };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parsedUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
