import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { RateLimitsHttpModule } from '#rate-limits/http';
import { IdentityModule } from '../identity.module.js';
import { AccessGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { DeclaredAccessCheck } from './declared-access.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LastingAccess } from './lasting-access.js';
import { LetterPagesController } from './pages/letter-pages.controller.js';
import { PasswordController } from './password.controller.js';
import { ProfileController } from './profile.controller.js';
import { RequestActors } from './request-actors.js';
import { SessionsController } from './sessions.controller.js';
import { VerificationController } from './verification.controller.js';

/** Sign-in routes, and the guard that stands before every route of the app. */
@Module({
  imports: [IdentityModule, PassportModule, DiscoveryModule, RateLimitsHttpModule],
  controllers: [
    AuthController,
    VerificationController,
    PasswordController,
    ProfileController,
    SessionsController,
    LetterPagesController,
  ],
  providers: [JwtStrategy, DeclaredAccessCheck, RequestActors, LastingAccess, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [LastingAccess],
})
export class IdentityHttpModule {}
