import { existsSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { freePort } from '../embedded/free-port.ts';
import { PROJECT } from '../project.ts';
import { codeOf, Refusal } from '../refusal.ts';
import type { ProgramName } from '../system/program.ts';

export interface Settings {
  home: string;
  host: string;
  port: number;
  /** Where this process reaches the API. */
  origin: string;
  /** Page of the letters that are not sent for want of a mail server. */
  inbox?: string;
  /** Connection of an outside Postgres; undefined: the embedded one. */
  databaseUrl?: string;
}

/** Reads `.env` beside package.json where there is one; the environment wins over it. */
export function readDotEnv(): void {
  const file = join(PROJECT, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

/**
 * What the launcher itself needs of the environment; the apps check the rest.
 * @throws Refusal when PORT is no port
 */
export async function readSettings(environment: NodeJS.ProcessEnv): Promise<Settings> {
  const { PORT, HOST, STENO_HOME, DATABASE_URL, SMTP_URL, NODE_ENV } = environment;
  const wished = Number(PORT || 3000);
  if (!Number.isInteger(wished) || wished < 0 || wished > 65_535)
    throw new Refusal(`PORT must be a number from 0 to 65535, not "${PORT}".`);
  const port = wished === 0 ? await freePort() : wished;
  const host = HOST || '127.0.0.1';
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const origin = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  const showsInbox = !SMTP_URL && NODE_ENV !== 'production' && /^(localhost|127\..*|::1)$/.test(reachable);
  return {
    home: resolve(PROJECT, STENO_HOME || '.steno'),
    host,
    port,
    origin,
    ...(showsInbox ? { inbox: `${origin}/inbox` } : {}),
    ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}),
  };
}

/**
 * Tries the port before anything slow is done.
 * @throws Refusal when the API could not listen on it
 */
export async function checkPort({ host, port }: Settings): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new Refusal(portAdvice(codeOf(error), host, port), { cause: error });
  } finally {
    server.close();
  }
}

function portAdvice(code: string | undefined, host: string, port: number): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. End that one, or choose another port: PORT=${port === 65_535 ? 3000 : port + 1} npm start`;
  }
  if (code === 'EACCES') return `This user may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`;
  return `The API cannot listen on ${host}:${port} (${code}). HOST must be an address of this machine.`;
}

/** Programs this configuration needs: ffmpeg always; pocketsphinx when nothing better can hear. */
export function neededPrograms(environment: NodeJS.ProcessEnv, home: string): ProgramName[] {
  const { OPENAI_API_KEY, GROQ_API_KEY, GEMINI_API_KEY, ELEVENLABS_API_KEY, OPENROUTER_API_KEY, HUGGINGFACE_API_KEY } =
    environment;
  const keys = [OPENAI_API_KEY, GROQ_API_KEY, GEMINI_API_KEY, ELEVENLABS_API_KEY, OPENROUTER_API_KEY, HUGGINGFACE_API_KEY];
  const models = join(home, 'models');
  const hears =
    [...keys, environment.WHISPER_MODEL_PATH].some(Boolean) ||
    (existsSync(models) && readdirSync(models).some((name) => /^ggml-.*\.bin$/.test(name)));
  return hears ? ['ffmpeg'] : ['ffmpeg', 'pocketsphinx'];
}
