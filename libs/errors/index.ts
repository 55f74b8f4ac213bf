export { commonErrors } from './common-errors.js';
export { defineErrors, type ErrorDefinition, FieldError, messageOf, type Violation } from './field-error.js';
export { type ErrorKind, STATUS_OF_KIND } from './kinds.js';
