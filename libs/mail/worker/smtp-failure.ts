import { FieldError } from '#errors';
import { mailErrors } from '../mail.errors.js';

/** What nodemailer adds to its errors. */
type SmtpError = Partial<Record<'message' | 'code' | 'command' | 'response', string> & { responseCode: number }>;

/** Where a lasting refusal is about this letter; elsewhere (sign-in, sender, greeting) it is about us and can be mended. */
const ABOUT_THE_LETTER = new Set(['RCPT TO', 'DATA']);

/**
 * What a failure to send means. Servers quote letters in their refusals, and letters hold secrets: their words go nowhere, only
 * the codes do, and the error has no cause.
 */
export function smtpFailure(error: unknown): FieldError {
  const given: SmtpError = typeof error === 'object' && error !== null ? error : {};
  const { message = '', code = 'unknown', command = 'API', response = '', responseCode } = given;
  if (responseCode === undefined) {
    // Nodemailer itself finds an address that this server cannot take.
    return code === 'EENVELOPE' ? refused(`${command}: ${code}`) : unavailable(`${command}: ${code}${systemCodeOf(message)}`);
  }
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  const said = `${command}: ${responseCode}${status === undefined ? '' : ` ${status}`}`;
  return responseCode >= 500 && ABOUT_THE_LETTER.has(command) ? refused(said) : unavailable(said);
}

function refused(said: string): FieldError {
  return new FieldError(
    mailErrors.letter_refused,
    `The mail server refused the letter (${said}). Check the recipient's address.`,
  );
}

function unavailable(said: string): FieldError {
  return new FieldError(
    mailErrors.mail_server_unavailable,
    `The mail server did not take the letter (${said}). It is tried again.`,
  );
}

/** Without it nobody finds out why a connection fails. */
function systemCodeOf(message: string): string {
  const code = /\bE[A-Z]{4,}\b|self-signed certificate|certificate has expired|altnames/.exec(message)?.[0];
  return code === undefined ? '' : `, ${code}`;
}
