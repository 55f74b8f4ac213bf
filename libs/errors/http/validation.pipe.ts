import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { commonErrors } from '../common-errors.js';
import { FieldError, type Violation } from '../field-error.js';

/** The one pipe every body, query and parameter goes through: unknown fields are refused, all mistakes are named at once. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => validationFailed(errors.flatMap((error) => violationsOf(error))),
  });
}

/** The error for wrong fields; also for rules that no decorator can say. */
export function validationFailed(violations: Violation[]): FieldError {
  const sentences = violations.map(({ message }) => message).join('; ');
  const count = violations.length === 1 ? 'One field is wrong' : `${violations.length} fields are wrong`;
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
