export { Backups } from './backups.js';
export { BackupsModule } from './backups.module.js';
