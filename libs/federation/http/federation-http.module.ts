import { Module } from '@nestjs/common';
import { FederationModule } from '../federation.module.js';
import { ClerkController } from './clerk.controller.js';
import { OidcController } from './oidc.controller.js';

/** Sign-in by way of outside identity providers. */
@Module({ imports: [FederationModule], controllers: [OidcController, ClerkController] })
export class FederationHttpModule {}
