import { Transform } from 'class-transformer';

/** Fields of forms and queries are texts; "true" and "false" are meant as what they say. */
export function FormBoolean(): PropertyDecorator {
  return Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)));
}

/** Null says as much as leaving a field out. */
export function NullIsLeftOut(): PropertyDecorator {
  return Transform(({ value }) => (value === null ? undefined : (value as unknown)));
}

/** A list in one field of a form: parted by commas or lines. */
export function FormList(): PropertyDecorator {
  return Transform(({ value }) => (typeof value === 'string' ? listed(value) : (value as unknown)));
}

function listed(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
