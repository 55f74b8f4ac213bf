import { isISO8601, registerDecorator } from 'class-validator';

const LONGEST_YEARS = 5;
/** Without an offset it would depend on where the server stands. */
const WITH_OFFSET = /T.*(Z|[+-]\d\d:\d\d)$/;

/** A time to come, within five years, with its offset from UTC. */
export function IsComingTime(): PropertyDecorator {
  return (target, property) => {
    const name = String(property);
    registerDecorator({
      name: 'comingTime',
      target: target.constructor,
      propertyName: name,
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isComing(value),
        defaultMessage: () =>
          `${name} must be a time to come, at most ${LONGEST_YEARS} years ahead, written like 2027-01-31T12:00:00Z, or null`,
      },
    });
  };
}

function isComing(value: string): boolean {
  if (!WITH_OFFSET.test(value) || !isISO8601(value, { strict: true, strictSeparator: true })) return false;
  const latest = new Date();
  latest.setUTCFullYear(latest.getUTCFullYear() + LONGEST_YEARS);
  const time = Date.parse(value);
  return time > Date.now() && time <= latest.getTime();
}
