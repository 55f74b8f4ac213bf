import { defineErrors } from '#errors';

export const mailErrors = defineErrors({
  recipient_invalid: {
    kind: 'unprocessable',
    title: 'No letter can be sent to this address',
    example: 'No letter can be sent to this address. Give one of the form name@example.com.',
  },
  letter_not_found: {
    kind: 'not_found',
    title: 'No such letter',
    example: 'There is no letter of that id in the inbox. GET /inbox lists those there are.',
  },
  letter_refused: {
    kind: 'unprocessable',
    title: 'The mail server refused the letter',
    example: 'The mail server refused the letter (RCPT TO: 550 5.1.1). Check the address of the recipient.',
  },
  mail_server_unavailable: {
    kind: 'unavailable',
    title: 'The mail server did not take the letter',
    example: 'The mail server did not take the letter (CONN: ESOCKET). It is tried again.',
  },
});
