import { Module } from '@nestjs/common';
import { AccountsRepository } from '../accounts.repository.js';
import { OneTimeTokensRepository } from '../one-time-tokens.repository.js';
import { SessionsRepository } from '../sessions.repository.js';
import { AccountPurgeHandler } from './account-purge.handler.js';
import { SignInSweep } from './sign-in-sweep.js';

@Module({ providers: [AccountsRepository, OneTimeTokensRepository, SessionsRepository, AccountPurgeHandler, SignInSweep] })
export class IdentityWorkerModule {}
