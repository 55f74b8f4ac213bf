export { type Reading, Remembered } from './remembered.js';
export { asOwner } from './as-owner.js';
export { type ChangedSubject, ChangeFeed, SUBJECTS_OF_EVENTS, SUBJECTS_OF_WORK } from './change-feed.js';
export { appDataSource, ownerDataSource } from './data-source.js';
export { Database, type StatementRows } from './database.js';
export {
  databaseErrors,
  isDatabaseUnavailable,
  isStatementTimeout,
  isForeignKeyViolation,
  isPassingDatabaseFailure,
  isUniqueViolation,
} from './database.errors.js';
export { DatabaseModule } from './database.module.js';
export * from './entities/index.js';
export { HeardClient } from './heard-client.js';
export { migrateDatabase, schemaDifferences, takeBackMigrations } from './migrate.js';
export { MIGRATIONS } from './migrations/index.js';
export { APP_ROLE, SYSTEM_ROLE } from './roles.js';
export { storableJson, storableText } from './storable.js';
export { SystemTransaction, Transaction, WorkspaceTransaction } from './transaction.js';
export type { Statement } from './workspace-read.js';
export { WorkspaceRepository } from './workspace.repository.js';
