import { readFile, rm } from 'node:fs/promises';
import { Steno } from './client.ts';
import { EXIT, Refusal } from './exit-codes.ts';
import { isMissing, writeWhole } from './files.ts';
import { configFile } from './places.ts';
import type { Scene, World } from './world.ts';

/** Where commands go, and with what. */
export interface Session {
  server: string;
  apiKey: string;
}

/** The session: of the environment (STENO_URL, STENO_API_KEY), else of the last login. @throws Refusal */
export async function readSession({ world, options }: Scene): Promise<Session> {
  const kept = await readKept(world);
  const server = options.server ?? (world.env['STENO_URL'] || kept?.server);
  if (server === undefined)
    throw new Refusal('No server is known. Run `steno login`, or set STENO_URL and STENO_API_KEY.', EXIT.access);
  const apiKey = world.env['STENO_API_KEY'] || (kept?.server === toServer(server) ? kept.apiKey : undefined);
  if (apiKey === undefined)
    throw new Refusal(
      `No key for ${server} is known. Run \`steno login --server ${server}\`, or set STENO_API_KEY.`,
      EXIT.access,
    );
  return { server: toServer(server), apiKey };
}

/** A client of the session. @throws Refusal */
export async function connect(scene: Scene): Promise<{ steno: Steno; session: Session }> {
  const session = await readSession(scene);
  return { steno: new Steno({ baseUrl: session.server, apiKey: session.apiKey }), session };
}

/** Keeps the session for commands to come, readable for this user alone. */
export async function keepSession(world: World, session: Session): Promise<void> {
  await writeWhole(configFile(world), `${JSON.stringify(session, null, 2)}\n`, 0o600);
}

/** Forgets it. */
export async function forgetSession(world: World): Promise<void> {
  await rm(configFile(world), { force: true });
}

/** The origin and path of a server, as one writes it. @throws Refusal */
export function toServer(text: string): string {
  const withScheme = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme))
    throw new Refusal(`${text} is no address of a server. Give one such as https://steno.example.com.`);
  return withScheme.replace(/\/+$/, '');
}

async function readKept(world: World): Promise<Session | undefined> {
  const path = configFile(world);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Session;
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof SyntaxError) throw new Refusal(`${path} cannot be read as JSON. Run \`steno login\` to write it anew.`);
    throw error;
  }
}
