import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { Config } from '#config';
import { FieldError } from '#errors';
import { NetworkView } from './network-view.js';
import type { OutgoingScheme } from './outgoing-limits.js';
import { outgoingErrors } from './outgoing.errors.js';
import { isPublicAddress } from './public-address.js';

/** Longer ones are no addresses of files; signed ones have about 2000 characters. */
export const MAX_ADDRESS_LENGTH = 4_096;
/** What the WHATWG parser would quietly drop or turn into slashes; nobody writes it who means the address. */
const ODD_CHARACTERS = /[\s\\\p{Cc}]/u;
const USUAL_PORTS: Record<OutgoingScheme, number> = { https: 443, http: 80 };

/** Judges where addresses given by users may lead to. */
@Injectable()
export class Targets {
  private readonly names: Set<string>;
  private readonly networks: [ipaddr.IPv4 | ipaddr.IPv6, number][];

  constructor(
    private readonly config: Config,
    private readonly network: NetworkView,
  ) {
    const networks = config.outgoing.allowedHosts.filter((entry) => entry.includes('/') || isIP(entry) > 0);
    this.names = new Set(config.outgoing.allowedHosts.filter((entry) => !networks.includes(entry)));
    this.networks = networks.map(networkOf);
  }

  /**
   * Reads an address and judges it as far as it can be judged without asking for its name. It is parsed here and nowhere else: what is
   * dialled is what was judged.
   * @throws FieldError address_invalid, port_refused, host_not_public
   */
  read(text: string, schemes: readonly OutgoingScheme[]): URL {
    const url = parse(text, schemes);
    const host = hostOf(url);
    const literal = isIP(host) > 0;
    if (literal && !this.mayDial(host)) throw hostNotPublic(url);
    const allowed = literal ? this.isAllowed(host) : this.names.has(nameOf(host));
    const port = Number(url.port) || USUAL_PORTS[url.protocol === 'https:' ? 'https' : 'http'];
    if (!allowed && !this.config.outgoing.ports.includes(port)) throw portRefused(port, this.config.outgoing.ports);
    return url;
  }

  /**
   * Asks for the addresses of a host, once. Its connection is made to these and to no others.
   * @param url as `read` gave it
   * @throws FieldError host_not_public when there is none, or a single one that may not be dialled; host_unreachable
   */
  async addressesOf(url: URL): Promise<LookupAddress[]> {
    const host = hostOf(url);
    const family = isIP(host);
    if (family > 0) return [{ address: host, family }];
    const found = await this.network.addressesOf(host).catch((error: unknown) => {
      throw hostUnreachable(url, error);
    });
    const trusted = this.names.has(nameOf(host));
    if (found.length === 0 || !(trusted || found.every(({ address }) => this.mayDial(address)))) throw hostNotPublic(url);
    return found;
  }

  private mayDial(address: string): boolean {
    return this.isAllowed(address) || (isPublicAddress(address) && !this.network.ownAddresses().includes(address));
  }

  private isAllowed(address: string): boolean {
    const parsed = ipaddr.parse(address);
    return this.networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network));
  }
}

function parse(text: string, schemes: readonly OutgoingScheme[]): URL {
  const wanted = schemes.map((scheme) => `${scheme}://`).join(' or ');
  if (text.length > MAX_ADDRESS_LENGTH || ODD_CHARACTERS.test(text) || !URL.canParse(text)) {
    throw addressInvalid(
      `The address must be a URL of at most ${MAX_ADDRESS_LENGTH} characters, without spaces or backslashes, that begins with ${wanted}.`,
    );
  }
  const url = new URL(text);
  if (!schemes.some((scheme) => url.protocol === `${scheme}:`)) {
    throw addressInvalid(`The address must begin with ${wanted}. Give the full address of the file.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw addressInvalid('The address holds a user name or a password. Give one that needs neither, for example a signed link.');
  }
  return url;
}

/** An address without brackets, or a name as it is to be asked for. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** A dot at the end says that a name is whole; it is the same name. */
function nameOf(host: string): string {
  return host.replace(/\.$/, '');
}

function networkOf(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  return entry.includes('/') ? ipaddr.parseCIDR(entry) : ipaddr.parseCIDR(`${entry}/${isIP(entry) === 4 ? 32 : 128}`);
}

function addressInvalid(detail: string): FieldError {
  return new FieldError(outgoingErrors.address_invalid, detail);
}

function portRefused(port: number, allowed: number[]): FieldError {
  return new FieldError(
    outgoingErrors.port_refused,
    `The address names port ${port}. Addresses may lead to the ports ${allowed.join(', ')}.`,
  );
}

/** The same words for a name that is not there and for one that leads inside: they must not tell which inner names there are. */
function hostNotPublic(url: URL): FieldError {
  return new FieldError(
    outgoingErrors.host_not_public,
    `${url.hostname} is not known on the public internet. Check its spelling, or give an address that anybody can reach; the operator can allow inner hosts by OUTGOING_ALLOWED_HOSTS.`,
  );
}

function hostUnreachable(url: URL, cause: unknown): FieldError {
  return new FieldError(
    outgoingErrors.host_unreachable,
    `The name ${url.hostname} could not be looked up. Check its spelling, then try again.`,
    { cause },
  );
}
