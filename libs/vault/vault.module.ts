import { Global, Module } from '@nestjs/common';
import { Vault } from './vault.js';
import { WorkspaceKeysRepository } from './workspace-keys.repository.js';

/** The vault, for every room that keeps secrets. */
@Global()
@Module({ providers: [Vault, WorkspaceKeysRepository], exports: [Vault] })
export class VaultModule {}
