import { IsOptional, IsString, IsUrl, Matches } from 'class-validator';
import { MailEnvironment } from './mail-environment.js';
import { HTTP_URL } from './server-environment.js';
import { Variable } from './variable.js';

/** Sign-in by way of outside identity providers. */
export class FederationEnvironment extends MailEnvironment {
  @Variable('list', {
    group: 'Sign-in',
    readBy: 'api',
    description:
      'Addresses of client apps a browser may be sent back to after it signed in elsewhere, comma-separated (https://app.example.com). Not set: the callback answers with the tokens itself.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL, { each: true })
  SIGN_IN_RETURN_URLS?: string[];

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    description: 'Client id of Google. Its redirect URI is PUBLIC_URL/api/v1/auth/google/callback.',
  })
  @IsOptional()
  @IsString()
  GOOGLE_CLIENT_ID?: string;

  @Variable('text', { group: 'Sign-in', readBy: 'api', secret: true, description: 'Client secret of Google.' })
  @IsOptional()
  @IsString()
  GOOGLE_CLIENT_SECRET?: string;

  @Variable('list', {
    group: 'Sign-in',
    readBy: 'api',
    description: 'Google Workspace domains whose people may sign in, comma-separated. Not set: everybody with a Google account.',
  })
  @IsOptional()
  @IsString({ each: true })
  GOOGLE_ALLOWED_DOMAINS?: string[];

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    default: 'https://accounts.google.com',
    description: 'Issuer of Google.',
  })
  @IsUrl(HTTP_URL)
  GOOGLE_ISSUER = 'https://accounts.google.com';

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    description: 'Client id of Microsoft Entra. Its redirect URI is PUBLIC_URL/api/v1/auth/microsoft/callback.',
  })
  @IsOptional()
  @IsString()
  MICROSOFT_CLIENT_ID?: string;

  @Variable('text', { group: 'Sign-in', readBy: 'api', secret: true, description: 'Client secret of Microsoft Entra.' })
  @IsOptional()
  @IsString()
  MICROSOFT_CLIENT_SECRET?: string;

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    default: 'https://login.microsoftonline.com/common/v2.0',
    description:
      'Issuer of Microsoft Entra: .../common/v2.0, .../organizations/v2.0 or that of one tenant, .../<tenant id>/v2.0.',
  })
  @IsUrl(HTTP_URL)
  MICROSOFT_ISSUER = 'https://login.microsoftonline.com/common/v2.0';

  @Variable('list', {
    group: 'Sign-in',
    readBy: 'api',
    description:
      'Ids of the Entra tenants whose people may sign in, comma-separated. Their e-mail addresses are believed; those of other tenants only with the claim xms_edov. Not set: every tenant.',
  })
  @IsOptional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, {
    each: true,
    message: 'MICROSOFT_ALLOWED_TENANTS must be tenant ids (UUIDs in lower case), comma-separated',
  })
  MICROSOFT_ALLOWED_TENANTS?: string[];

  @Variable('list', {
    group: 'Sign-in',
    readBy: 'api',
    description: 'Domains of the e-mail addresses that may sign in by way of Microsoft, comma-separated. Not set: all.',
  })
  @IsOptional()
  @IsString({ each: true })
  MICROSOFT_ALLOWED_DOMAINS?: string[];

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    secret: true,
    description:
      'Further OpenID Connect providers as JSON: [{"id":"okta","issuer":"https://…","clientId":"…","clientSecret":"…","allowedDomains":["example.com"]}]. Sign-in starts at /api/v1/auth/<id>/login.',
  })
  @IsOptional()
  @IsString()
  OIDC_PROVIDERS?: string;

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    description: "Clerk's Frontend API URL (https://clerk.example.com): session tokens of that issuer are accepted.",
  })
  @IsOptional()
  @IsUrl(HTTP_URL)
  CLERK_ISSUER?: string;

  @Variable('list', {
    group: 'Sign-in',
    readBy: 'api',
    description: 'Origins of the apps whose Clerk tokens are accepted, comma-separated. Required with CLERK_ISSUER.',
  })
  @IsOptional()
  @IsUrl(HTTP_URL, { each: true })
  CLERK_AUTHORIZED_PARTIES?: string[];

  @Variable('text', {
    group: 'Sign-in',
    readBy: 'api',
    secret: true,
    description: 'Signing secret (whsec_…) of the Clerk webhook that leads to PUBLIC_URL/api/v1/integrations/clerk/webhook.',
  })
  @IsOptional()
  @Matches(/^whsec_[A-Za-z0-9+/=]{20,}$/, { message: 'CLERK_WEBHOOK_SIGNING_SECRET must be the whsec_… text that Clerk shows' })
  CLERK_WEBHOOK_SIGNING_SECRET?: string;
}
