import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { ThrottlerModule } from '@nestjs/throttler';
import { Config } from '#config';
import { IdentityModule } from '../identity.module.js';
import { AccessGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { DeclaredAccessCheck } from './declared-access.js';
import { JwtStrategy } from './jwt.strategy.js';

const MINUTE_MS = 60_000;

/** Sign-in routes, and the guard that stands before every route of the app. */
@Module({
  imports: [
    IdentityModule,
    PassportModule,
    DiscoveryModule,
    ThrottlerModule.forRootAsync({
      inject: [Config],
      useFactory: (config: Config) => [{ ttl: MINUTE_MS, limit: config.identity.requestsPerMinute }],
    }),
  ],
  controllers: [AuthController],
  providers: [JwtStrategy, DeclaredAccessCheck, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class IdentityHttpModule {}
