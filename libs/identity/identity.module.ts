import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { AccountsRepository } from './accounts.repository.js';
import { IdentityService } from './identity.service.js';
import { Passwords } from './passwords.js';
import { SessionsRepository } from './sessions.repository.js';
import { Tokens } from './tokens.js';

@Module({
  imports: [JwtModule.register({})],
  providers: [AccountsRepository, SessionsRepository, Passwords, Tokens, IdentityService],
  exports: [IdentityService],
})
export class IdentityModule {}
