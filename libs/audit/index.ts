export { AUDIT_ACTIONS, type AuditAction } from './actions.js';
export type { AuditFilter } from './audit-entries.repository.js';
export { csvCell, type ExportFormat } from './audit-export.js';
export { type AuditActor, AuditLog, type AuditRecord } from './audit-log.js';
export { type AuditReader, AuditTrail } from './audit-trail.service.js';
export { AuditModule } from './audit.module.js';
