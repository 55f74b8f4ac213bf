import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database } from '#database';
import { Log } from '#observability';
import { testConfig } from '#testing/config';
import { testDatabase } from '#testing/database';
import { createApi } from '../src/create-api.js';
import type { Patience } from '../src/slow-clients.js';

/** Somebody who has registered. */
export interface SignedInUser {
  userId: string;
  email: string;
  workspaceId: string;
  accessToken: string;
  refreshToken: string;
  /** Ready to be sent. */
  headers: { authorization: string };
}

/** The whole API gateway, on a database of its own unless it was given one. */
export interface TestApi {
  app: NestFastifyApplication;
  database: Database;
  /** Connection of its database, for a second API process on it (as DATABASE_URL). */
  databaseUrl: string;
  /** The secret behind the tokens. */
  secret: string;
  /** What it logged, line by line. */
  logged: Record<string, unknown>[];
  register(name?: string): Promise<SignedInUser>;
  stop(): Promise<void>;
}

export const PASSWORD = 'a long sentence is a good password';

let registered = 0;

/**
 * @param overrides environment variables by name
 * @param patience with clients, where the usual one is too long for a test
 */
export async function startTestApi(overrides: Record<string, string> = {}, patience?: Patience): Promise<TestApi> {
  const server = overrides.DATABASE_URL === undefined ? await testDatabase() : undefined;
  const home = mkdtempSync(join(tmpdir(), 'steno-api-'));
  const config = testConfig({ DATABASE_URL: server?.url, STENO_HOME: home, ...overrides });
  const logged: Record<string, unknown>[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const app = await createApi(config, { log: new Log({ app: 'api', level: 'info', destination: { write } }), patience });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    database: app.get(Database),
    databaseUrl: config.database.url,
    secret: config.identity.secret,
    logged,
    register: (name) => register(app, name),
    stop: async () => {
      await app.close();
      await server?.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface SignedInBody {
  user: { id: string; email: string };
  workspace: { id: string };
  accessToken: string;
  refreshToken: string;
}

async function register(app: NestFastifyApplication, name = 'Ada Lovelace'): Promise<SignedInUser> {
  registered += 1;
  const payload = { email: `user-${registered}@example.com`, password: PASSWORD, name };
  const response = await app.inject({ method: 'POST', url: '/api/v1/auth/register', payload });
  if (response.statusCode !== 201) throw new Error(`Could not register: ${response.body}`);
  const { user, workspace, accessToken, refreshToken } = response.json<SignedInBody>();
  return {
    userId: user.id,
    email: user.email,
    workspaceId: workspace.id,
    accessToken,
    refreshToken,
    headers: { authorization: `Bearer ${accessToken}` },
  };
}
