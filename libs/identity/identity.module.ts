import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { RateLimitsModule } from '#rate-limits';
import { AccountsRepository } from './accounts.repository.js';
import { ActorsRepository } from './actors.repository.js';
import { Credentials } from './credentials.js';
import { IdentityService } from './identity.service.js';
import { MembershipsRepository } from './memberships.repository.js';
import { OutsideAccounts } from './outside-accounts.js';
import { Passwords } from './passwords.js';
import { Principals } from './principals.js';
import { SessionActors } from './session-actors.js';
import { SessionsRepository } from './sessions.repository.js';
import { Tokens } from './tokens.js';
import { WorkspacesRepository } from './workspaces.repository.js';

@Module({
  imports: [JwtModule.register({}), RateLimitsModule],
  providers: [
    AccountsRepository,
    ActorsRepository,
    SessionsRepository,
    WorkspacesRepository,
    MembershipsRepository,
    Passwords,
    Tokens,
    Principals,
    SessionActors,
    Credentials,
    OutsideAccounts,
    IdentityService,
  ],
  exports: [
    IdentityService,
    WorkspacesRepository,
    MembershipsRepository,
    SessionActors,
    ActorsRepository,
    Principals,
    Credentials,
    OutsideAccounts,
  ],
})
export class IdentityModule {}
