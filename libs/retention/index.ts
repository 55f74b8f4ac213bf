export { RetentionModule, StoreComparisonModule } from './retention.module.js';
export { type Removed, RetentionService } from './retention.service.js';
export { type Disagreement, StoreComparison } from './store-comparison.js';
