import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { Injectable } from '@nestjs/common';
import { codeOf } from './error-code.js';

/** The network as this machine sees it. */
export abstract class NetworkView {
  /**
   * Every address of a name, in the order to be tried. Aliases are followed.
   * @returns an empty list when there is no such name
   * @throws Error when that cannot be found out right now
   */
  abstract addressesOf(name: string): Promise<LookupAddress[]>;

  /** The addresses of this machine: a public one, too, leads to what listens for nobody but us. */
  abstract ownAddresses(): string[];
}

/** No such name, and a name without an address. */
const NOT_FOUND = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks as every program of this machine does: /etc/hosts first, then DNS. */
@Injectable()
export class SystemNetworkView extends NetworkView {
  async addressesOf(name: string): Promise<LookupAddress[]> {
    try {
      return await lookup(name, { all: true });
    } catch (error) {
      if (NOT_FOUND.has(codeOf(error))) return [];
      throw error;
    }
  }

  ownAddresses(): string[] {
    return Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
  }
}
