import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { commonErrors } from '../common-errors.js';
import { FieldError, type Violation } from '../field-error.js';

/** The one pipe every body, query and parameter goes through: unknown fields are refused, all mistakes are named at once. */
export function validationPipe(): ValidationPipe {
  return new StorableValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => validationFailed(errors.flatMap((error) => violationsOf(error))),
  });
}

/** Refuses texts that no database keeps before anything looks at them: NUL, and halves of surrogate pairs. */
@Injectable()
class StorableValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // The actor of the request, which is our own and not sent by anybody.
    if (metadata.type === 'custom') return value;
    const wrong = unstorableIn(value, '');
    if (wrong.length > 0) throw validationFailed(wrong);
    return (await super.transform(value, metadata)) as unknown;
  }
}

function unstorableIn(value: unknown, path: string): Violation[] {
  if (typeof value === 'string') {
    if (value.isWellFormed() && !value.includes('\0')) return [];
    return [{ path, message: `${path} holds a character that is none (NUL or half a surrogate pair)`, code: 'character' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => unstorableIn(member, path === '' ? key : `${path}.${key}`));
}

/** The error for wrong fields; also for rules that no decorator can say. */
export function validationFailed(violations: Violation[]): FieldError {
  const sentences = violations.map(({ message }) => message).join('; ');
  const fields = new Set(violations.map(({ path }) => path)).size;
  const count = fields === 1 ? 'One field is wrong' : `${fields} fields are wrong`;
  return new FieldError(commonErrors.validation_failed, `${count}: ${sentences}. Correct it and send the request again.`, {
    violations,
  });
}

function violationsOf(error: ValidationError, parent = ''): Violation[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? `${path} is not a field of this request` : message,
    code: rule === 'whitelistValidation' ? 'unknown_field' : snakeCase(rule),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, path))];
}

function snakeCase(rule: string): string {
  return rule.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
