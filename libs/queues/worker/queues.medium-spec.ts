import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '#config';
import { Database, type WorkspaceTransaction } from '#database';
import { type ErrorKind, FieldError } from '#errors';
import { Log, Readiness, runInContext } from '#observability';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { testRedisUrl } from '#testing/servers';
import { bellOptions } from '../bell.js';
import { JOB_NAMES, JOB_SETTINGS, type JobName } from '../job-catalogue.js';
import { JobOutbox, type NewJob } from '../job-outbox.js';
import { JobQueues } from '../job-queues.js';
import { OutboxRelay } from '../outbox-relay.js';
import { QueueControl } from '../queue-control.js';
import { Canary } from './canary.js';
import { type ClaimedJob, LeaseLostError } from './claimed-job.js';
import { JobConsumer } from './job-consumer.js';
import { JobLeases } from './job-leases.js';
import { JobRunner } from './job-runner.js';
import { Reconciler } from './reconciler.js';
import { Script, startSender, startWorker } from './scripted-worker.fixture.js';
import { WorkerIdentity } from './worker-identity.js';

interface JobRow {
  id: string;
  state: string;
  epoch: number;
  failures: number;
  crashes: number;
  wait: number;
  rung: boolean;
  error_code: string | null;
  error_detail: string | null;
  request_id: string;
  worker: string | null;
}

const NAME = 'transcription.prepare';
const redisUrl = testRedisUrl();
const backends: [name: string, describe: typeof describe.skip, environment: Record<string, string>][] = [
  ['Postgres', describe, {}],
  // A database number of its own: the tests empty it.
  redisUrl === null
    ? ['Redis (skipped: STENO_TEST_REDIS_URL is not set)', describe.skip, {}]
    : ['Redis', describe, { REDIS_URL: `${redisUrl}/9` }],
];

for (const [backend, describeBackend, environment] of backends) {
  describeBackend(`the queue on ${backend}`, () => {
    let server: TestDatabase;
    let config: Config;
    let worker: TestingModule;
    let database: Database;
    let script: Script;
    let workspaceId: string;
    const logged: Record<string, unknown>[] = [];

    beforeAll(async () => {
      server = await testDatabase();
      config = testConfig({ DATABASE_URL: server.url, MEDIA_CONCURRENCY: '4', ...environment });
      await asOwner('CREATE TABLE effects (job_id text, what text); GRANT ALL ON effects TO steno_app, steno_system');
      await wipe();
      worker = await startWorker(config, logged);
      database = worker.get(Database);
      script = worker.get(Script);
      workspaceId = (await makeWorkspace(database)).id;
    });

    afterAll(async () => {
      await worker.close();
      await server.drop();
    });

    beforeEach(async () => {
      logged.splice(0);
      script.run = (job) => job.commit((tx) => effect(tx, job.facts.id, 'done'));
      script.giveUp = (tx, job, failure) => effect(tx, job.id, failure.code);
      await asOwner('TRUNCATE effects');
    });

    afterEach(() => {
      jest.restoreAllMocks();
    });

    async function asOwner(sql: string): Promise<void> {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query(sql);
      await client.end();
    }

    /** Makes the queue forget everything, as a Redis that starts anew does. */
    async function wipe(): Promise<void> {
      if (config.queue.redisUrl === undefined) return asOwner('TRUNCATE bullmq.job CASCADE');
      const redis = new Redis(config.queue.redisUrl);
      await redis.flushdb();
      redis.disconnect();
    }

    async function effect(tx: WorkspaceTransaction, jobId: string, what: string): Promise<void> {
      await tx.execute('INSERT INTO effects VALUES ($1, $2)', [jobId, what]);
    }

    async function effects(): Promise<{ what: string }[]> {
      return database.asSystem((tx) => tx.query<{ what: string }>('SELECT what FROM effects'));
    }

    function newJob(subjectId: string): NewJob<typeof NAME> {
      return { workspaceId, subjectId, payload: {} };
    }

    /** Owes a job and returns its subject. */
    async function owe({
      from = worker,
      and = (_: WorkspaceTransaction, _subject: string) => Promise.resolve<unknown>(null),
    } = {}) {
      const subjectId = uuidv7();
      await from.get(Database).inWorkspace(workspaceId, async (tx) => {
        await from.get(JobOutbox).add(tx, NAME, newJob(subjectId));
        await and(tx, subjectId);
      });
      return subjectId;
    }

    async function rowOf(subjectId: string): Promise<JobRow> {
      const [row] = await database.asSystem((tx) =>
        tx.query<JobRow>(
          `SELECT *, extract(epoch FROM due_at - now())::float8 AS wait, rung_at IS NOT NULL AS rung FROM jobs WHERE subject_id = $1`,
          [subjectId],
        ),
      );
      if (row === undefined) throw new Error('There is no such job.');
      return row;
    }

    async function change(subjectId: string, set: string): Promise<void> {
      await database.asSystem((tx) => tx.execute(`UPDATE jobs SET ${set} WHERE subject_id = $1`, [subjectId]));
    }

    async function until(holds: (row: JobRow) => boolean, subjectId: string): Promise<JobRow> {
      const deadline = Date.now() + 10_000;
      for (;;) {
        const row = await rowOf(subjectId);
        if (holds(row)) return row;
        if (Date.now() > deadline) throw new Error(`Waited in vain; the job stands at ${JSON.stringify(row)}`);
        await sleep(20);
      }
    }

    const isDone = ({ state }: JobRow): boolean => state === 'done';

    it('takes few sessions of the database, however many queues there are', async () => {
      await until(isDone, await owe());
      const sql = `SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'steno-queue'`;
      const [counted] = await database.asSystem((tx) => tx.query<{ sessions: number }>(sql));
      expect(counted?.sessions).toBeLessThanOrEqual(7);
    });

    describe('owing', () => {
      it('runs a committed job once', async () => {
        const subject = await owe();
        expect(await until(isDone, subject)).toMatchObject({ epoch: 1, failures: 0, crashes: 0 });
        expect(await effects()).toEqual([{ what: 'done' }]);
      });

      it('never runs what was rolled back', async () => {
        const broken = owe({ and: () => Promise.reject(new Error('changed my mind')) });
        await expect(broken).rejects.toThrow('changed my mind');
        await until(isDone, await owe());
        expect(await effects()).toHaveLength(1);
      });

      it('makes one job of the same unit twice', async () => {
        const again: boolean[] = [];
        const subject = await owe({
          and: async (tx, id) => again.push(await worker.get(JobOutbox).add(tx, NAME, newJob(id))),
        });
        await until(isDone, subject);
        await owe({ and: async (tx) => again.push(await worker.get(JobOutbox).add(tx, NAME, newJob(subject))) });
        expect(again).toEqual([false, false]);
        await until(isDone, subject);
        expect((await rowOf(subject)).epoch).toBe(1);
      });

      it('owes many at once, and those already owed not again', async () => {
        const subjectId = await owe();
        const added = await database.inWorkspace(workspaceId, (tx) => {
          const parts = Array.from({ length: 2_000 }, (_, part) => ({ ...newJob(subjectId), part, delaySeconds: 600 }));
          return worker.get(JobOutbox).addMany(tx, NAME, parts);
        });
        const sql = 'SELECT count(DISTINCT part)::int AS n FROM jobs WHERE subject_id = $1 AND due_at > now() AND part > 0';
        const [owed] = await database.asSystem((tx) => tx.query<{ n: number }>(sql, [subjectId]));
        expect({ added, owed: owed?.n }).toEqual({ added: 1_999, owed: 1_999 });
        await database.inWorkspace(workspaceId, (tx) => worker.get(JobOutbox).forget(tx, subjectId));
      });

      it('does not begin before its time', async () => {
        const subjectId = uuidv7();
        await database.inWorkspace(workspaceId, (tx) =>
          worker.get(JobOutbox).add(tx, NAME, { ...newJob(subjectId), delaySeconds: 600 }),
        );
        await until(isDone, await owe());
        expect(await rowOf(subjectId)).toMatchObject({ state: 'waiting', rung: false });
        await change(subjectId, 'due_at = now()');
        await until(isDone, subjectId);
      });

      it('takes back a job that nobody has begun, and no other', async () => {
        const outbox = worker.get(JobOutbox);
        const done = await owe();
        await until(isDone, done);
        const withdrawn = await database.inWorkspace(workspaceId, async (tx) => {
          const waiting = uuidv7();
          await outbox.add(tx, NAME, newJob(waiting));
          return [await outbox.withdraw(tx, NAME, waiting), await outbox.withdraw(tx, NAME, done)];
        });
        expect(withdrawn).toEqual([true, false]);
      });

      it("carries the order's request id into the worker's log", async () => {
        const subject = await runInContext({ requestId: 'req_of_the_order' }, () => owe());
        const { id, request_id } = await until(isDone, subject);
        expect(request_id).toBe('req_of_the_order');
        await sleep(50);
        expect(logged).toContainEqual(
          expect.objectContaining({ message: 'Job done', requestId: 'req_of_the_order', workspaceId, job: `${NAME}#${id}` }),
        );
      });
    });

    describe('a queue that cannot be relied on', () => {
      it('hears twice of a job whose relay died between ringing and marking, and the job has one effect', async () => {
        const queues = worker.get(JobQueues);
        const ring = queues.ring.bind(queues);
        const rings = jest.spyOn(queues, 'ring').mockImplementationOnce(async (name, bells) => {
          await ring(name, bells);
          throw new Error('killed after ringing');
        });
        const subject = await owe();
        const { id } = await until(isDone, subject);
        expect(logged).toContainEqual(expect.objectContaining({ message: 'The outbox could not be relayed' }));
        expect(rings).toHaveBeenCalled();
        // However often it rings after that.
        for (const epoch of [0, 1, 2]) {
          await ring(NAME, [{ data: { v: 1, jobId: id, workspaceId, requestId: 'late' }, opts: bellOptions(id, epoch) }]);
        }
        await until(isDone, await owe());
        expect((await rowOf(subject)).epoch).toBe(1);
        expect(await effects()).toHaveLength(2);
      });

      it('may forget everything: the reconciler rings again', async () => {
        const sender = await startSender(config);
        await pauseConsumers(worker, true);
        const subject = await owe({ from: sender });
        await until(({ rung }) => rung, subject);
        await wipe();
        await pauseConsumers(worker, false);
        await sleep(300);
        expect(await rowOf(subject)).toMatchObject({ state: 'waiting', epoch: 0 });
        await worker.get(Reconciler).sweep();
        expect(await rowOf(subject)).toMatchObject({ rung: true }); // 15 s are not over
        await change(subject, `rung_at = now() - interval '16 s'`);
        await worker.get(Reconciler).sweep();
        await until(isDone, subject);
        expect(await effects()).toHaveLength(1);
        await sender.close();
      });

      it('gives nothing to a bell of another workspace', async () => {
        const { id } = await until(({ state }) => state === 'waiting', await oweLater());
        const stranger = (await makeWorkspace(database)).id;
        await database.asSystem((tx) => tx.execute('UPDATE jobs SET due_at = now(), rung_at = now() WHERE id = $1', [id]));
        await worker
          .get(JobQueues)
          .ring(NAME, [{ data: { v: 1, jobId: id, workspaceId: stranger, requestId: 'forged' }, opts: bellOptions(id, 99) }]);
        await until(isDone, await owe());
        expect(await effects()).toHaveLength(1);
        await database.asSystem((tx) => tx.execute('DELETE FROM jobs WHERE id = $1', [id]));
      });
    });

    async function oweLater(): Promise<string> {
      const subjectId = uuidv7();
      await database.inWorkspace(workspaceId, (tx) =>
        worker.get(JobOutbox).add(tx, NAME, { ...newJob(subjectId), delaySeconds: 600 }),
      );
      return subjectId;
    }

    /** Stops or starts taking bells: what is rung meanwhile lies in the queue. */
    async function pauseConsumers(of: TestingModule, paused: boolean): Promise<void> {
      const queue = of.get<{ pause(): Promise<void>; resume(): Promise<void> }>(`BullQueue_${NAME}`, { strict: false });
      await (paused ? queue.pause() : queue.resume());
    }

    /** Lets a lease run out and the reconciler see it; again if a heartbeat came in between. */
    async function loseLease(subject: string): Promise<void> {
      do {
        await change(subject, `lease_until = now() - interval '1 s'`);
        await worker.get(Reconciler).sweep();
      } while ((await rowOf(subject)).crashes === 0);
    }

    describe('a lease', () => {
      it('that ran out goes to another runner, and the first one writes nothing more', async () => {
        const gate = new AbortController();
        const outcomes: unknown[] = [];
        script.run = async (job) => {
          if (job.facts.epoch === 2) {
            gate.abort();
            // The new holder is at work while the old one wakes up.
            while (outcomes.length < 2) await sleep(5);
            return job.commit((tx) => effect(tx, job.facts.id, 'new holder'));
          }
          await sleep(20_000, undefined, { signal: gate.signal }).catch(() => undefined);
          const write = (tx: WorkspaceTransaction): Promise<void> => effect(tx, job.facts.id, 'old holder');
          outcomes.push(await job.write(write).catch((error: unknown) => error));
          outcomes.push(await job.commit(write).catch((error: unknown) => error));
          throw new Error('too late to matter');
        };
        const subject = await owe();
        await until(({ state }) => state === 'running', subject);
        await loseLease(subject);
        expect(await until(isDone, subject)).toMatchObject({ epoch: 2, crashes: 1, failures: 0 });
        expect(outcomes).toEqual([expect.any(LeaseLostError), expect.any(LeaseLostError)]);
        expect(await effects()).toEqual([{ what: 'new holder' }]);
      });

      it('is not handed out while it holds', async () => {
        const gate = new AbortController();
        script.run = async (job) => {
          await sleep(20_000, undefined, { signal: gate.signal }).catch(() => undefined);
          await job.commit((tx) => effect(tx, job.facts.id, 'done'));
        };
        const subject = await owe();
        await until(({ state }) => state === 'running', subject);
        await worker.get(Reconciler).sweep();
        expect(await rowOf(subject)).toMatchObject({ state: 'running', epoch: 1, crashes: 0 });
        gate.abort();
        await until(isDone, subject);
      });

      it('is extended though another job of the process is held up while it writes', async () => {
        const gate = new AbortController();
        script.run = async (job) => {
          await sleep(20_000, undefined, { signal: gate.signal }).catch(() => undefined);
          await job.commit((tx) => effect(tx, job.facts.id, 'done'));
        };
        const [writes, works] = await Promise.all([owe(), owe()]);
        const rows = await Promise.all([writes, works].map((subject) => until(({ state }) => state === 'running', subject)));
        const kept = await database.asSystem(async (tx) => {
          await tx.query('SELECT FROM jobs WHERE subject_id = $1 FOR UPDATE', [writes]);
          return worker.get(JobLeases).extend(rows.map(({ id, epoch }) => ({ id, epoch, seconds: 1_000 })));
        });
        expect([...kept].toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
        const left = `SELECT extract(epoch FROM lease_until - now())::float8 AS seconds FROM jobs WHERE subject_id = $1`;
        const [lease] = await database.asSystem((tx) => tx.query<{ seconds: number }>(left, [works]));
        expect(lease?.seconds).toBeGreaterThan(900);
        gate.abort();
        await Promise.all([writes, works].map((subject) => until(isDone, subject)));
      });

      it('ends with its job when the subject is forgotten', async () => {
        const gate = new AbortController();
        let lost: unknown;
        script.run = async (job) => {
          await sleep(20_000, undefined, { signal: gate.signal }).catch(() => undefined);
          await job.commit((tx) => effect(tx, job.facts.id, 'done')).catch((error: unknown) => (lost = error));
        };
        const subject = await owe();
        await until(({ state }) => state === 'running', subject);
        await database.inWorkspace(workspaceId, (tx) => worker.get(JobOutbox).forget(tx, subject));
        gate.abort();
        while (lost === undefined) await sleep(10);
        expect(lost).toBeInstanceOf(LeaseLostError);
        expect(await effects()).toEqual([]);
      });

      it('aborts the work at once, without waiting for a heartbeat', async () => {
        let aborted: unknown;
        script.run = async (job) => {
          await sleep(60_000, undefined, { signal: job.signal }).catch(() => undefined);
          aborted = job.signal.reason;
          throw aborted;
        };
        const subject = await owe();
        await until(({ state }) => state === 'running', subject);
        const forgotten = performance.now();
        await database.inWorkspace(workspaceId, (tx) => worker.get(JobOutbox).forget(tx, subject));
        while (aborted === undefined) await sleep(10);
        expect(aborted).toBeInstanceOf(LeaseLostError);
        expect(performance.now() - forgotten).toBeLessThan(2_000);
      });

      it('lost too often condemns the job, in one transaction with what follows for its subject', async () => {
        const { crashes } = JOB_SETTINGS[NAME];
        const subject = await owe({
          and: (tx, id) => tx.execute('UPDATE jobs SET crashes = $2 WHERE subject_id = $1', [id, crashes]),
        });
        const row = await until(({ state }) => state === 'failed', subject);
        expect(row).toMatchObject({
          error_code: 'quarantined',
          error_detail: expect.stringContaining(`stopped ${crashes} times`),
        });
        expect(await effects()).toEqual([{ what: 'quarantined' }]);
        const [together] = await database.asSystem((tx) =>
          tx.query(`SELECT j.xmin::text = e.xmin::text AS same FROM jobs j JOIN effects e ON e.job_id = j.id::text`),
        );
        expect(together).toEqual({ same: true });
      });
    });

    describe('a try that fails', () => {
      function failing(kind: ErrorKind, retryAfterSeconds?: number): FieldError {
        return new FieldError({ code: 'it_failed', kind, title: '', example: '' }, 'It failed.', { retryAfterSeconds });
      }

      function failOnce(error: Error): void {
        script.run = async (job: ClaimedJob<JobName>) => {
          if (job.facts.epoch === 1) throw error;
          await job.commit((tx) => effect(tx, job.facts.id, 'done'));
        };
      }

      const isBack = ({ state, epoch }: JobRow): boolean => state === 'waiting' && epoch === 1;

      it('for a passing reason waits in the row and is tried again', async () => {
        failOnce(failing('unavailable'));
        const subject = await owe();
        const row = await until(isBack, subject);
        expect(row).toMatchObject({ failures: 1, error_code: 'it_failed', error_detail: 'It failed.', worker: null });
        expect(row.wait).toBeGreaterThan(0);
        expect(row.wait).toBeLessThanOrEqual(2);
        await change(subject, 'due_at = now()');
        expect(await until(isDone, subject)).toMatchObject({ epoch: 2, failures: 1 });
        expect(await effects()).toEqual([{ what: 'done' }]);
      });

      it('for the last time gives the job up', async () => {
        script.run = () => Promise.reject(failing('unavailable'));
        const subject = await owe({
          and: (tx, id) => tx.execute('UPDATE jobs SET failures = $2 WHERE subject_id = $1', [id, JOB_SETTINGS[NAME].tries - 1]),
        });
        await until(({ state }) => state === 'failed', subject);
        expect(await effects()).toEqual([{ what: 'it_failed' }]);
      });

      it('for good gives the job up at once', async () => {
        script.run = () => Promise.reject(failing('unprocessable'));
        const row = await until(({ state }) => state === 'failed', await owe());
        expect(row).toMatchObject({ epoch: 1, error_code: 'it_failed', error_detail: 'It failed.' });
        expect(await effects()).toEqual([{ what: 'it_failed' }]);
      });

      it('because the other side is busy waits as long as it said, and does not count', async () => {
        failOnce(failing('rate_limited', 30));
        const subject = await owe();
        const row = await until(isBack, subject);
        expect(row.failures).toBe(0);
        expect(row.wait).toBeGreaterThan(28);
        expect(row.wait).toBeLessThanOrEqual(31);
        await change(subject, 'due_at = now()');
        await until(isDone, subject);
      });

      it('by returning without a commit counts as failed', async () => {
        script.run = (job) => (job.facts.epoch === 1 ? Promise.resolve() : job.commit(() => Promise.resolve()));
        const subject = await owe();
        expect(await until(isBack, subject)).toMatchObject({ failures: 1, error_code: 'internal_error' });
        expect(logged).toContainEqual(
          expect.objectContaining({
            message: 'Job failed unexpectedly',
            error: expect.objectContaining({ message: expect.stringContaining('without committing') }),
          }),
        );
        await change(subject, 'due_at = now()');
        await until(isDone, subject);
      });

      it('in its effects keeps none of them', async () => {
        script.run = async (job) => {
          await job.commit(async (tx) => {
            await effect(tx, job.facts.id, `epoch ${job.facts.epoch}`);
            if (job.facts.epoch === 1) throw new Error('half way');
          });
        };
        const subject = await owe();
        await until(isBack, subject);
        expect(await effects()).toEqual([]);
        await change(subject, 'due_at = now()');
        await until(isDone, subject);
        expect(await effects()).toEqual([{ what: 'epoch 2' }]);
      });
    });

    describe('a worker that has to end', () => {
      it('lets a job finish within the grace', async () => {
        let begun = false;
        script.run = async (job) => {
          begun = true;
          await sleep(100);
          await job.commit((tx) => effect(tx, job.facts.id, 'done'));
        };
        const subject = await owe();
        while (!begun) await sleep(5);
        await worker.get(JobRunner).drain(5_000);
        expect(await rowOf(subject)).toMatchObject({ state: 'done', epoch: 1 });
      });

      it('hands a longer one back, due at once and not counted', async () => {
        script.run = async (job) => {
          if (job.facts.epoch === 1) await sleep(20_000, undefined, { signal: job.signal });
          await job.commit((tx) => effect(tx, job.facts.id, 'done'));
        };
        const subject = await owe();
        await until(({ state }) => state === 'running', subject);
        const started = performance.now();
        await worker.get(JobRunner).drain(100);
        expect(performance.now() - started).toBeLessThan(2_000);
        expect(await until(isDone, subject)).toMatchObject({ epoch: 2, failures: 0, crashes: 0 });
        expect(await effects()).toHaveLength(1);
      });

      it('stops within seconds and takes its pulse with it', async () => {
        // For two queues: a worker has a pulse once each of its queues gave it something, and the first one takes its share of that.
        const jobs = [NAME, 'storage.discard'].join();
        const second = await startWorker(testConfig({ DATABASE_URL: server.url, ...environment, WORKER_JOBS: jobs }));
        const pulses = (): Promise<object[]> => database.asSystem((tx) => tx.query('SELECT worker FROM worker_pulses'));
        while ((await pulses()).length < 2) await sleep(50);
        const started = performance.now();
        await second.close();
        // Longer than a machine that does other things besides takes, and shorter than the grace for jobs, of which there are none.
        expect(performance.now() - started).toBeLessThan(12_000);
        expect(await pulses()).toHaveLength(1);
      }, 90_000);
    });

    describe('a worker that is asked to restart', () => {
      it('hands back what it does, takes it up again, and none of it counts as failed', async () => {
        let runs = 0;
        script.run = async (job) => {
          runs += 1;
          if (runs === 1) await sleep(60_000, undefined, { signal: job.signal });
          await job.commit((tx) => effect(tx, job.facts.id, 'done'));
        };
        const subject = await owe();
        await until(({ state }) => state === 'running', subject);
        expect(await database.asSystem((tx) => worker.get(QueueControl).restartWorkers(tx))).toBeGreaterThan(0);
        expect(await until(isDone, subject)).toMatchObject({ epoch: 2, failures: 0, crashes: 0 });
        expect(await effects()).toEqual([{ what: 'done' }]);
      });
    });

    describe('the canary', () => {
      it('writes a pulse once every queue gave it back', async () => {
        const [pulse] = await database.asSystem((tx) =>
          tx.query<{ age: number }>('SELECT extract(epoch FROM now() - canary_at)::float8 AS age FROM worker_pulses'),
        );
        expect(pulse?.age).toBeLessThan(30);
        for (const name of JOB_NAMES) expect(worker.get(JobConsumer, { strict: false }).silenceOf(name)).toBeLessThan(60_000);
        expect(worker.get(Canary).isAlive()).toBe(true);
      });

      it('calls the worker dead when one queue stays silent for 90 s', async () => {
        const consumer = worker.get(JobConsumer, { strict: false });
        const now = performance.now();
        jest.spyOn(consumer, 'silenceOf').mockImplementation((name) => (name === 'storage.discard' ? 91_000 : 10));
        jest.spyOn(performance, 'now').mockReturnValue(now + 91_000);
        expect(worker.get(Canary).isAlive()).toBe(false);
        expect((await worker.get(Readiness).report()).checks['queue']).toMatchObject({
          ok: false,
          detail: 'No canary came back from: storage.discard.',
        });
      });
    });

    describe('a canary that other workers keep taking', () => {
      it.each([
        [20_000, 'once in a while'],
        [31_000, 'again and again'],
      ])('after %i ms of silence is sung %s', async (silence, often) => {
        const get = <T>(type: Type<T>): T => worker.get(type, { strict: false });
        const [queues, consumer, identity] = [get(JobQueues), get(JobConsumer), new WorkerIdentity()];
        const canary = new Canary(queues, consumer, database, identity, new Readiness(), get(Log));
        jest.spyOn(consumer, 'silenceOf').mockImplementation((name) => (name === 'storage.discard' ? silence : 0));
        const ring = jest.spyOn(queues, 'ring').mockResolvedValue();
        canary.onApplicationBootstrap();
        await sleep(1_200);
        await canary.beforeApplicationShutdown();
        // The worker's own canary sings, too.
        const mine = `canary-${identity.name.replaceAll('/', '-')}-`;
        const songs = ring.mock.calls.filter(([, bells]) => bells[0]?.opts.jobId?.startsWith(mine));
        expect(songs.length > 1).toBe(often === 'again and again');
        expect(songs.length).toBeGreaterThan(0);
      });
    });

    describe('the start', () => {
      it('refuses a job in WORKER_JOBS that there is not', async () => {
        const mistyped = testConfig({
          DATABASE_URL: server.url,
          ...environment,
          WORKER_JOBS: 'transcription.prepair,storage.discard',
        });
        await expect(startWorker(mistyped)).rejects.toThrow(
          /^WORKER_JOBS names transcription\.prepair, which is no job\. The jobs are: transcription\.prepare, /,
        );
      });

      it('takes only the jobs of WORKER_JOBS', async () => {
        const narrow = await startWorker(
          testConfig({ DATABASE_URL: server.url, ...environment, WORKER_JOBS: 'storage.discard' }),
        );
        expect(narrow.get(JobConsumer, { strict: false }).jobs).toEqual(['storage.discard']);
        await narrow.close();
      });
    });

    it('forgets finished jobs after a week', async () => {
      const subject = await owe();
      await until(isDone, subject);
      await worker.get(Reconciler).sweep();
      await rowOf(subject);
      await change(subject, `finished_at = now() - interval '8 days'`);
      await worker.get(Reconciler).sweep();
      await expect(rowOf(subject)).rejects.toThrow('There is no such job.');
    });

    it('relays more jobs than one batch holds', async () => {
      const subjects = Array.from({ length: 130 }, () => uuidv7());
      await database.inWorkspace(workspaceId, async (tx) => {
        for (const subjectId of subjects) await worker.get(JobOutbox).add(tx, NAME, newJob(subjectId));
      });
      worker.get(OutboxRelay).nudge();
      for (const subject of subjects) await until(isDone, subject);
      expect(await effects()).toHaveLength(subjects.length);
    }, 30_000);
  });
}
