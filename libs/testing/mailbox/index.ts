export { type Mailbox, type ReceivedLetter, type Refusal, startMailbox } from './mailbox.js';
