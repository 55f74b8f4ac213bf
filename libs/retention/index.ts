export { RetentionModule } from './retention.module.js';
export { type Removed, RetentionService } from './retention.service.js';
