import { camelCase, snakeCase } from './spelling.js';

/** Under these the routes of `/api/v1` answer in snake_case, for apps that were written so. */
const PREFIX = '/api/v1/';
const ALIAS = /^\/api\/v1\/(mobile|web)\//;

/** The address by which a route is known: without the prefix of an alias, and with the names of its query in camelCase. */
export function plainUrl(url: string): string {
  return ALIAS.test(url) ? withQueryNames(url.replace(ALIAS, PREFIX), camelCase) : url;
}

/** The prefix of the alias that was asked for; null when none was. @param url as the client wrote it */
export function aliasOf(url: string): string | null {
  return ALIAS.exec(url)?.[0] ?? null;
}

/** An address of ours as one of the alias; any other as it is. */
export function underAlias(url: string, alias: string): string {
  return url.startsWith(PREFIX) ? withQueryNames(url.replace(PREFIX, alias), snakeCase) : url;
}

/** Values are left as they were written. */
function withQueryNames(url: string, spell: (name: string) => string): string {
  const [path = '', query] = url.split(/\?(.*)/s);
  if (query === undefined) return path;
  const pairs = query.split('&').map((pair) => pair.replace(/^[^=]*/, spell));
  return `${path}?${pairs.join('&')}`;
}
