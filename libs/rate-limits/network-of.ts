import { isIPv6 } from 'node:net';

/** Groups of an IPv6 address that its holder was given; the rest they choose. */
const NETWORK_GROUPS = 4;

/** Whom an address stands for: an IPv4 address, also when it comes as IPv6, or the /64 of an IPv6 address, all of which one holder has. */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%', 1);
  if (!isIPv6(bare)) return address;
  const groups = groupsOf(bare);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 0xff]).join('.');
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of an IPv6 address. A URL writes it in one way only, without dots. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))));
  if (left === undefined || right === undefined) return [];
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
