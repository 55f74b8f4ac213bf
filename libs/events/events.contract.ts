import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#database';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import type { Events, Topic } from './events.js';

/** Events of one process, and how they can be cut off from their server. */
export interface ProcessUnderTest {
  events: Events;
  close(): Promise<void> | void;
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 1_500) throw new Error('It did not come to pass within 15 s.');
    await sleep(10);
  }
}

/** What every backend keeps to. @param start a process of its own on the given database */
export function describeEvents(name: string, start: (databaseUrl: string) => Promise<ProcessUnderTest>): void {
  describe(`${name}: events`, () => {
    let server: TestDatabase;
    let database: Database;
    let open: ProcessUnderTest[] = [];
    beforeAll(async () => {
      server = await testDatabase();
      database = await openDatabase(server.url);
    });
    afterEach(async () => {
      for (const process of open) await process.close();
      open = [];
    });
    afterAll(async () => {
      await database?.onApplicationShutdown();
      await server?.drop();
    });

    async function started(): Promise<Events> {
      const process = await start(server.url);
      open.push(process);
      return process.events;
    }

    const ring = (events: Events, topic: Topic): Promise<void> => database.asSystem((tx) => events.publish(tx, topic));

    interface Ear {
      heard: number;
      stop(): void;
    }

    const heardBy = (ear: Ear | undefined): boolean => (ear?.heard ?? 0) > 0;

    /** How often each topic is heard, from when listening is known to work. */
    async function ears(...wanted: [Events, Topic][]): Promise<Ear[]> {
      const all = wanted.map(([events, topic]) => {
        const ear: Ear = { heard: 0, stop: () => undefined };
        ear.stop = events.subscribe(topic, () => (ear.heard += 1));
        return ear;
      });
      while (all.some(({ heard }) => heard === 0)) {
        for (const [events, topic] of wanted) await ring(events, topic);
        await sleep(20);
      }
      // What is under way comes meanwhile.
      await sleep(150);
      for (const ear of all) ear.heard = 0;
      return all;
    }

    it('are heard in every process once they are committed, by who waits for them', async () => {
      const [here, there] = [await started(), await started()];
      const [own, other, foreign] = await ears([here, 'transcription:1'], [there, 'transcription:1'], [there, 'transcription:2']);
      await database.asSystem(async (tx) => {
        await here.publish(tx, 'transcription:1');
        await sleep(100);
        expect([own?.heard, other?.heard]).toEqual([0, 0]);
      });
      await until(() => heardBy(own) && heardBy(other));
      expect(foreign?.heard).toBe(0);
    });

    it('are heard by nobody when they are taken back', async () => {
      const [here, there] = [await started(), await started()];
      const [own, other, marker] = await ears(
        [here, 'transcription:1'],
        [there, 'transcription:1'],
        [there, 'transcription:marker'],
      );
      const failing = database.asSystem(async (tx) => {
        await here.publish(tx, 'transcription:1');
        throw new Error('on second thoughts');
      });
      await expect(failing).rejects.toThrow('on second thoughts');
      await ring(here, 'transcription:marker');
      await until(() => heardBy(marker));
      expect([own?.heard, other?.heard]).toEqual([0, 0]);
    });

    it('are no longer heard by who has stopped listening', async () => {
      const [here, there] = [await started(), await started()];
      const [gone, stays] = await ears([there, 'transcription:1'], [there, 'transcription:1']);
      gone?.stop();
      gone?.stop();
      await ring(here, 'transcription:1');
      await until(() => heardBy(stays));
      expect(gone?.heard).toBe(0);
      stays?.stop();
      const heard = stays?.heard;
      await ears([there, 'transcription:1']);
      expect(stays?.heard).toBe(heard);
    });
  });
}
