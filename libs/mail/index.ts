export type { NewLetter } from './letter.js';
export { mailErrors } from './mail.errors.js';
export { MailModule } from './mail.module.js';
export { MailOutbox } from './mail-outbox.js';
export { MailsRepository } from './mails.repository.js';
