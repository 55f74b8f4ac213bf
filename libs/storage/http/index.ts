export { type Presentation, sendObject } from './send-object.js';
export { StorageHttpModule } from './storage-http.module.js';
