export { AlsoWhenSpent } from './call-quota.interceptor.js';
export { CallQuotas } from './call-quotas.js';
export { QuotaHttpModule } from './quota-http.module.js';
