import { ConfigError, loadConfig } from '#config';
import { messageOf } from '#errors';
import { endInTime, openLog } from '#observability';
import { createApi } from './create-api.js';
import { endWhenAsked } from './shutdown.js';

/** Starts the API gateway, or ends with a sentence that says why it cannot. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = await openLog('api', config);
  process.on('unhandledRejection', (error) => log.error('A promise was rejected and nobody listened', { error }));
  endInTime(log);
  const app = await createApi(config, { log });
  endWhenAsked(app, config.http.shutdownDelayMs);
  await app.listen(config.http.port, config.http.host);
  log.info('The API listens', { url: await app.getUrl() });
}

main().catch((error: unknown) => {
  const advice =
    error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? ' Set PORT to a free port, or end the program that uses it.'
      : '';
  process.stderr.write(`${error instanceof ConfigError ? '' : 'The API could not start: '}${messageOf(error)}${advice}\n`);
  process.exit(1);
});
