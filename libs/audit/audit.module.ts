import { Global, Module } from '@nestjs/common';
import { AuditEntriesRepository } from './audit-entries.repository.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.service.js';

/** The record of what was done, for every room. */
@Global()
@Module({ providers: [AuditLog, AuditTrail, AuditEntriesRepository], exports: [AuditLog, AuditTrail] })
export class AuditModule {}
