import { databaseErrors } from '#database';
import { commonErrors } from '#errors';

/** What every open route that reads a body can give. */
export const OPEN_ROUTE_ERRORS = [
  commonErrors.malformed_request,
  commonErrors.validation_failed,
  commonErrors.internal_error,
  databaseErrors.database_unavailable,
];
