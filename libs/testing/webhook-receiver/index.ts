export { type Received, type Receiver, startReceiver } from './webhook-receiver.js';
