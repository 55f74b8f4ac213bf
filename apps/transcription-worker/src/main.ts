import { ConfigError, loadConfig } from '#config';
import { messageOf } from '#errors';
import { Log } from '#observability';
import { createWorker } from './create-worker.js';

/** Starts the transcription worker, or ends with a sentence that says why it cannot. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = new Log({ app: 'transcription-worker', level: config.logLevel });
  process.on('unhandledRejection', (error) => log.error('A promise was rejected and nobody listened', { error }));
  await createWorker(config, log);
}

main().catch((error: unknown) => {
  const advice =
    error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? ' Set WORKER_PORT to a free port (0 picks one).'
      : '';
  process.stderr.write(`${error instanceof ConfigError ? '' : 'The worker could not start: '}${messageOf(error)}${advice}\n`);
  process.exit(1);
});
