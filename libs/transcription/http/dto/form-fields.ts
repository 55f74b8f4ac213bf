import { Transform } from 'class-transformer';

/** Fields of forms and queries are texts; "true" and "false" are meant as what they say. */
export function FormBoolean(): PropertyDecorator {
  return Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)));
}
