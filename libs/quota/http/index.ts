export { AlsoWhenSpent } from './call-quota.interceptor.js';
export { QuotaHttpModule } from './quota-http.module.js';
