export { type ProviderCall, recordOf } from './provider-call.js';
export { UsageModule } from './usage.module.js';
export { type GroupedUsage, type UsageGroup, UsageRecords, type UsageSpan, type UsageSums } from './usage-records.repository.js';
