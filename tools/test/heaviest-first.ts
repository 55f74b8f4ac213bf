import { createRequire } from 'node:module';

interface Test {
  path: string;
}

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer') as {
  default: new (options: object) => { sort(tests: Test[]): Test[] | Promise<Test[]> };
};

/** Seconds, of those that take longest. */
const HEAVY: Readonly<Record<string, number>> = {
  'apps/transcription-worker/test/provider-faults.medium-spec.ts': 118,
  'libs/media/tracks/tracks.medium-spec.ts': 67,
  'libs/media/probe.medium-spec.ts': 50,
  'libs/storage/s3-swift.medium-spec.ts': 43,
  'apps/api/test/same-answer.medium-spec.ts': 41,
  'libs/storage/s3-object-store.medium-spec.ts': 40,
  'apps/transcription-worker/test/cancel-and-retry.medium-spec.ts': 38,
  'apps/transcription-worker/test/failover.medium-spec.ts': 30,
  'libs/queues/worker/queues.medium-spec.ts': 30,
  'apps/api/test/hostile-requests.medium-spec.ts': 28,
  'libs/transcription/quality/quality-gate.spec.ts': 27,
  'libs/storage/disk-object-store.medium-spec.ts': 24,
  'test/e2e/faults.e2e-spec.ts': 166,
  'test/e2e/main-job.e2e-spec.ts': 85,
  'test/e2e/bad-inputs.e2e-spec.ts': 70,
  'test/e2e/clients.e2e-spec.ts': 63,
  'test/e2e/shutdown.e2e-spec.ts': 59,
  'test/e2e/rolling-restart.e2e-spec.ts': 40,
};

/** Starts the test files that take longest first, so that none of them is left over at the end while the other processes have nothing to do. */
export default class HeaviestFirst extends Sequencer {
  override async sort(tests: Test[]): Promise<Test[]> {
    const weight = ({ path }: Test): number => Object.entries(HEAVY).find(([file]) => path.endsWith(file))?.[1] ?? 0;
    return (await super.sort(tests)).toSorted((one, other) => weight(other) - weight(one));
  }
}
