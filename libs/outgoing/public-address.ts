import ipaddr from 'ipaddr.js';

/** All that has been given out to hosts so far (RFC 4291 §2.4); the rest of IPv6 is loopback, mapped, translated, local or not there. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an address belongs to a host of the public internet. What is not known to is refused: special ranges of the IANA registries
 * (as ipaddr.js lists them), and every form that carries an IPv4 address inside an IPv6 one, wherever that one leads.
 * @param address without brackets
 */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST));
}
