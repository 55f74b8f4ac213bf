import { registerDecorator } from 'class-validator';
import ipaddr from 'ipaddr.js';

/** A host name whose last label is none of a number: such a name would be read as an address (WHATWG URL §3.5). */
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** A name in lower case, an address, or a network in CIDR notation. */
function isReachableHost(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  if (text.includes(':')) return ipaddr.IPv6.isValid(text) || ipaddr.IPv6.isValidCIDR(text);
  return HOST_NAME.test(text) || ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv4.isValidCIDRFourPartDecimal(text);
}

/** The variable lists hosts that may be reached. */
export function IsReachableHosts(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'reachableHosts',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => Array.isArray(value) && value.every(isReachableHost),
        defaultMessage: () =>
          `${String(property)} must list host names in lower case, addresses or networks: files.internal, 10.1.2.3, 10.1.0.0/16, fd00::/8`,
      },
    });
  };
}
