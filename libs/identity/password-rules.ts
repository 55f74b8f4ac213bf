import { Injectable } from '@nestjs/common';
import { commonErrors, FieldError } from '#errors';
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH } from './passwords.js';

const PRODUCT = 'steno';

/** Refuses passwords that are too short, or that anybody would try first. Kinds of characters never matter. */
@Injectable()
export class PasswordRules {
  private common?: Promise<ReadonlySet<string>>;

  /**
   * @param field of the request, for the answer
   * @throws FieldError validation_failed when the password is too short or too long, one of the commonest, or no more than the address
   *   or our name with digits
   */
  async refuseWeak(password: string, email: string, field = 'password'): Promise<void> {
    if (password.length < PASSWORD_MIN_LENGTH)
      throw weak(field, 'min_length', `must be longer than or equal to ${PASSWORD_MIN_LENGTH} characters`);
    if (Buffer.byteLength(password) > PASSWORD_MAX_BYTES)
      throw weak(field, 'password_bytes', `must be at most ${PASSWORD_MAX_BYTES} bytes long (an accented letter takes two)`);
    const typed = password.toLowerCase();
    this.common ??= commonPasswords();
    if ((await this.common).has(typed))
      throw weak(field, 'password_common', 'is one of the passwords that are tried first; several words in a row are a good one');
    const [localPart = ''] = email.split('@');
    const core = coreOf(typed);
    if ([email, localPart, PRODUCT].some((name) => core === coreOf(name) || typed === name))
      throw weak(field, 'password_guessable', 'must be more than your e-mail address, or our name, with digits added');
  }
}

/** Read once, when the first password is set: half a megabyte that most processes never need. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  // The rest is shorter than any password we take.
  return new Set(dictionary['passwords-common'].filter(({ length }) => length >= PASSWORD_MIN_LENGTH));
}

/** Without the digits and signs around it. */
function coreOf(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

function weak(field: string, code: string, fault: string): FieldError {
  const message = `${field} ${fault}`;
  return new FieldError(
    commonErrors.validation_failed,
    `One field is wrong: ${message}. Correct it and send the request again.`,
    { violations: [{ path: field, message, code }] },
  );
}
