import { registerDecorator } from 'class-validator';

/** An origin as browsers write it (RFC 6454 §6.2): anything else would never be equal to what they send. */
function isOrigin(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && origin === text && !text.includes('*');
}

/** The variable lists origins, or is `*`. */
export function IsOrigins(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'origins',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => Array.isArray(value) && value.every((item) => item === '*' || isOrigin(item)),
        defaultMessage: () =>
          `${String(property)} must list origins as browsers write them: https://app.example.com, in lower case, without a path, a slash at the end or the usual port`,
      },
    });
  };
}
