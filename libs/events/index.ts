export { Events, type Topic } from './events.js';
export { EventsModule } from './events.module.js';
