import { hostname } from 'node:os';
import { Steno } from '../client.ts';
import { Refusal } from '../exit-codes.ts';
import { ask, readStdin } from '../questions.ts';
import { forgetSession, keepSession, toServer } from '../session.ts';
import { print, printJson, type Scene, say, type World } from '../world.ts';

export interface LoginOptions {
  email?: string;
  /** Whether the key may also read what was used. */
  admin?: boolean;
}

/**
 * Keeps a server and a key for it. With an address and a password a key is made; else it is asked for. Where nobody can be asked, the
 * password or the key is what stands on stdin.
 */
export async function login({ world, options }: Scene, { email, admin = false }: LoginOptions): Promise<void> {
  const server = toServer(options.server ?? (world.env['STENO_URL'] || (await ask(world, 'Server'))));
  const secret = await readSecret(world, email === undefined ? 'API key (stn_…)' : 'Password');
  const apiKey = email === undefined ? secret : await makeKey(server, { email, password: secret }, admin);
  const { user, workspace } = await new Steno({ baseUrl: server, apiKey }).auth.me();
  await keepSession(world, { server, apiKey });
  if (options.json === true) printJson(world, { server, email: user.email, workspaceId: workspace.id });
  else print(world, `Signed in to ${server} as ${user.email}, in the workspace ${workspace.name}.`);
}

/** Forgets the key. It goes on working elsewhere until it is revoked. */
export async function logout({ world }: Scene): Promise<void> {
  await forgetSession(world);
  say(world, 'The key is forgotten here. DELETE /api/v1/api-keys/{id} revokes it everywhere.');
}

async function readSecret(world: World, name: string): Promise<string> {
  const secret = world.stdin.isTTY === true ? await ask(world, name, true) : await readStdin(world);
  if (secret === '') throw new Refusal(`${name}: nothing was given.`);
  return secret;
}

async function makeKey(server: string, account: { email: string; password: string }, admin: boolean): Promise<string> {
  const { accessToken } = await new Steno({ baseUrl: server }).auth.login(account);
  const person = new Steno({ baseUrl: server, accessToken });
  const { key } = await person.apiKeys.create({
    name: `steno on ${hostname()}`.slice(0, 100),
    scopes: admin ? ['read', 'write', 'admin'] : ['read', 'write'],
  });
  await person.auth.logout();
  return key;
}
