export { AUDIT_ACTIONS, type AuditAction } from './actions.js';
export { type AuditActor, AuditLog, type AuditRecord } from './audit-log.js';
export { AuditModule } from './audit.module.js';
