import { Module } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { ClerkTokens } from './clerk/clerk-tokens.js';
import { ClerkWebhooks } from './clerk/clerk-webhooks.service.js';
import { IdentitiesRepository } from './identities.repository.js';
import { OidcSignIn } from './oidc/oidc-sign-in.service.js';
import { SignInAttemptsRepository } from './oidc/sign-in-attempts.repository.js';
import { VouchedAccounts } from './vouched-accounts.js';

@Module({
  imports: [IdentityModule],
  providers: [IdentitiesRepository, VouchedAccounts, SignInAttemptsRepository, OidcSignIn, ClerkTokens, ClerkWebhooks],
  exports: [OidcSignIn, ClerkWebhooks],
})
export class FederationModule {}
