export {
  EVENT_TYPES,
  type EventFacts,
  type EventPayload,
  type EventType,
  examplePayload,
  type FactsOf,
} from './event-catalogue.js';
export { ProductEvents } from './product-events.js';
export { ProductEventsModule } from './product-events.module.js';
export { webhooksErrors } from './webhooks.errors.js';
