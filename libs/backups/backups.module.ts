import { Module } from '@nestjs/common';
import { Backups } from './backups.js';

/** Backup and restore of a whole installation, for the commands of those names. */
@Module({ providers: [Backups], exports: [Backups] })
export class BackupsModule {}
