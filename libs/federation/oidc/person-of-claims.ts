import type { OidcProvider } from '#config';
import { FieldError } from '#errors';
import { federationErrors } from '../federation.errors.js';
import type { VouchedPerson } from '../vouched-person.js';

/** What an ID token says, its signature, issuer, audience, nonce and times checked. */
export type IdTokenClaims = Readonly<Record<string, unknown>>;

/** Google's tokens may still carry its issuer without the scheme. https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken */
export const GOOGLE_LEGACY_ISSUER = 'accounts.google.com';
const GOOGLE_ISSUER = 'https://accounts.google.com';

const LONGEST_NAME = 100;

/**
 * Who an ID token speaks of, and whether such people may sign in.
 * @throws FieldError sign_in_refused for a company or tenant that is not on the list
 */
export function personOfClaims(provider: OidcProvider, claims: IdTokenClaims): VouchedPerson {
  const text = (name: string): string | null => (typeof claims[name] === 'string' && claims[name] !== '' ? claims[name] : null);
  const [issuer, subject] = [text('iss'), text('sub')];
  if (issuer === null || subject === null) throw new Error(`An ID token of ${provider.id} names nobody.`);
  refuseTenant(provider, text('tid'));
  const verifiedEmail = verifiedEmailOf(provider, claims, text);
  refuseDomain(provider, companyOf(provider, text('hd'), verifiedEmail));
  return {
    issuer: issuer === GOOGLE_LEGACY_ISSUER ? GOOGLE_ISSUER : issuer,
    subject,
    verifiedEmail,
    name: text('name')?.slice(0, LONGEST_NAME) ?? null,
  };
}

/**
 * Microsoft sends whatever address a tenant's administrator typed in. It is believed of tenants the operator named, and where the
 * claim xms_edov says that the tenant owns the address's domain. https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
function verifiedEmailOf(provider: OidcProvider, claims: IdTokenClaims, text: (name: string) => string | null): string | null {
  if (provider.kind !== 'microsoft') return isTrue(claims['email_verified']) ? text('email') : null;
  const tenantIsNamed = provider.allowedTenants !== undefined;
  return tenantIsNamed || isTrue(claims['xms_edov']) ? text('email') : null;
}

/** Some providers write the truth as text or as a number. */
function isTrue(claim: unknown): boolean {
  return claim === true || claim === 'true' || claim === 1 || claim === '1';
}

/** Google names the company itself; a private account with a company's address is none of its accounts. */
function companyOf({ kind }: OidcProvider, hostedDomain: string | null, verifiedEmail: string | null): string | null {
  if (kind === 'google') return hostedDomain;
  return verifiedEmail?.split('@').at(-1) ?? null;
}

function refuseTenant({ id, allowedTenants }: OidcProvider, tenant: string | null): void {
  if (allowedTenants === undefined || (tenant !== null && allowedTenants.includes(tenant))) return;
  throw new FieldError(
    federationErrors.sign_in_refused,
    `Your company may not sign in by way of ${id} here. Choose an account of another company, or ask the operator to allow its tenant.`,
  );
}

function refuseDomain({ id, allowedDomains }: OidcProvider, domain: string | null): void {
  if (allowedDomains === undefined || allowedDomains.some((allowed) => allowed.toLowerCase() === domain?.toLowerCase())) return;
  throw new FieldError(
    federationErrors.sign_in_refused,
    `Only people of ${allowedDomains.join(', ')} may sign in by way of ${id} here. Choose an account of that company.`,
  );
}
