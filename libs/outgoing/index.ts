export { type OutgoingAnswer, OutgoingClient } from './outgoing-client.js';
export type { OutgoingLine, OutgoingReply } from './outgoing-line.js';
export type { OutgoingLimits, OutgoingScheme } from './outgoing-limits.js';
export { outgoingErrors } from './outgoing.errors.js';
export { OutgoingModule } from './outgoing.module.js';
export { MAX_ADDRESS_LENGTH } from './targets.js';
