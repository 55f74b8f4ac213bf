import { Global, Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';

/** The record of what was done, for every room. */
@Global()
@Module({ providers: [AuditLog], exports: [AuditLog] })
export class AuditModule {}
