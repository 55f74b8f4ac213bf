import { ConfigError, loadConfig } from '#config';
import { messageOf } from '#errors';
import { endInTime, type Log, openLog } from '#observability';
import { Canary } from '#queues/worker';
import { createWorker } from './create-worker.js';

const LOOK_MS = 10_000;

/** Starts the transcription worker, or ends with a sentence that says why it cannot. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = await openLog('transcription-worker', config);
  process.on('unhandledRejection', (error) => log.error('A promise was rejected and nobody listened', { error }));
  endInTime(log);
  const worker = await createWorker(config, log);
  endWhenDead(worker.get(Canary, { strict: false }), log);
}

/** A worker that gets nothing any more and does not know why is of no use; whoever started it starts another. */
function endWhenDead(canary: Canary, log: Log): void {
  const watch = setInterval(() => {
    if (canary.isAlive()) return;
    clearInterval(watch);
    log.error('No canary came back for too long; the worker ends so that a new one can start');
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  watch.unref();
}

main().catch((error: unknown) => {
  const advice =
    error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? ' Set WORKER_PORT to a free port (0 picks one).'
      : '';
  process.stderr.write(`${error instanceof ConfigError ? '' : 'The worker could not start: '}${messageOf(error)}${advice}\n`);
  process.exit(1);
});
