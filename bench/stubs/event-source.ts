/** Stands for the rooms in which something happens: on request writes an event as they do, in a transaction of its own. */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** The parts of the built rooms that are used here; their sources have decorators, which Node cannot run as they are. */
interface Rooms {
  loadConfig: (environment: NodeJS.ProcessEnv) => object;
  ConfigModule: { with: (config: object) => DynamicModule };
  DatabaseModule: { as: (name: string) => DynamicModule };
  ObservabilityModule: { with: (log: object) => DynamicModule };
  Log: new (options: object) => object;
  QueuesModule: Type;
  ProductEventsModule: Type;
  Database: Type<{ inWorkspace: (workspaceId: string, work: (tx: object) => Promise<void>) => Promise<void> }>;
  ProductEvents: Type<{
    record: (tx: object, workspaceId: string, type: string, subjectId: string, facts: object) => Promise<void>;
  }>;
}

async function builtRooms(...names: string[]): Promise<Rooms> {
  const doors = await Promise.all(names.map((name) => import(`#${name}`) as Promise<object>));
  return Object.assign({}, ...doors) as Rooms;
}

const rooms = await builtRooms('config', 'database', 'observability', 'queues', 'webhooks');
class EventSource {}
const imports = [
  rooms.ConfigModule.with(rooms.loadConfig(process.env)),
  rooms.ObservabilityModule.with(new rooms.Log({ app: 'api', level: 'silent' })),
  rooms.DatabaseModule.as('steno-api'),
  rooms.QueuesModule,
  rooms.ProductEventsModule,
];
const app = await NestFactory.createApplicationContext({ module: EventSource, imports }, { logger: false });
const database = app.get(rooms.Database);
const events = app.get(rooms.ProductEvents, { strict: false });

async function happen(workspaceId: string): Promise<void> {
  const audioId = randomUUID();
  await database.inWorkspace(workspaceId, (tx) =>
    events.record(tx, workspaceId, 'audio.uploaded', audioId, { audioId, bytes: 1 }),
  );
}

/** `/<workspace>`: one event there. `/` answers that it is up. */
const server = createServer((request, response) => {
  const workspaceId = request.url?.slice(1) ?? '';
  const done = workspaceId === '' ? Promise.resolve() : happen(workspaceId);
  done.then(
    () => response.end(),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

process.once('SIGTERM', () => process.exit());
server.listen(Number(process.env.PORT), '127.0.0.1');
