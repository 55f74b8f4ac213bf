import { BlockList, isIP } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable, NotFoundException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '#config';

/** What proxies add. One on this machine would make the whole world look like this machine. */
const FORWARDING_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Whoever can read the inbox can reset passwords. It is there for programs on this machine, which could read its files as well;
 * for all others, and where there is a mail server, the route does not exist.
 */
@Injectable()
export class LocalClientsGuard implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!this.config.mail.inbox || !isLocal(request)) throw new NotFoundException();
    return true;
  }
}

function isLocal({ ip, socket, headers }: FastifyRequest): boolean {
  return (
    isLoopback(ip) &&
    isLoopback(socket.remoteAddress ?? '') &&
    isLocalName(headers.host ?? '') &&
    FORWARDING_HEADERS.every((name) => headers[name] === undefined)
  );
}

/** A web page whose host name is made to lead to this machine would be allowed to read what the browser gets here. */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name.toLowerCase() === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
}

/** Also when written as an IPv4 address mapped into IPv6. */
function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
