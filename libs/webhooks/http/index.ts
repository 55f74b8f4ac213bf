export { WebhooksHttpModule } from './webhooks-http.module.js';
export { addWebhooksSection } from './webhooks-section.js';
