export { UsageHttpModule } from './usage-http.module.js';
