import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { RateLimitsModule } from '#rate-limits';
import { AccountAudit } from './account-audit.js';
import { AccountDeletion } from './account-deletion.service.js';
import { AccountLetters } from './account-letters.js';
import { AccountsRepository } from './accounts.repository.js';
import { ActorsRepository } from './actors.repository.js';
import { Credentials } from './credentials.js';
import { MembershipsOfUserRepository } from './memberships-of-user.repository.js';
import { MembershipsRepository } from './memberships.repository.js';
import { OneTimeTokensRepository } from './one-time-tokens.repository.js';
import { OutsideAccounts } from './outside-accounts.js';
import { OwnPassword } from './own-password.js';
import { PasswordProof } from './password-proof.js';
import { PasswordRecovery } from './password-recovery.service.js';
import { PasswordRules } from './password-rules.js';
import { Passwords } from './passwords.js';
import { Principals } from './principals.js';
import { ProfileService } from './profile.service.js';
import { RegistrationService } from './registration.service.js';
import { RequestedLetters } from './requested-letters.js';
import { SessionActors } from './session-actors.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SignInService } from './sign-in.service.js';
import { Tokens } from './tokens.js';
import { WorkspacesRepository } from './workspaces.repository.js';

const REPOSITORIES = [
  AccountsRepository,
  ActorsRepository,
  MembershipsOfUserRepository,
  MembershipsRepository,
  OneTimeTokensRepository,
  SessionsRepository,
  WorkspacesRepository,
];
const SERVICES = [RegistrationService, SignInService, SessionsService, PasswordRecovery, ProfileService, AccountDeletion];

@Module({
  imports: [JwtModule.register({}), RateLimitsModule],
  providers: [
    ...REPOSITORIES,
    ...SERVICES,
    AccountAudit,
    AccountLetters,
    RequestedLetters,
    Passwords,
    PasswordRules,
    PasswordProof,
    OwnPassword,
    Tokens,
    Principals,
    SessionActors,
    Credentials,
    OutsideAccounts,
  ],
  exports: [
    ...SERVICES,
    AccountsRepository,
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
