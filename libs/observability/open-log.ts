import type { Config } from '#config';
import { reportErrors } from './error-reports.js';
import { Log } from './log.js';
import { logDestination } from './log-files.js';

/**
 * The log of an app as the configuration wants it: its level, where it is written, and who hears of errors besides.
 * @throws Error when what was configured cannot be opened
 */
export async function openLog(app: string, config: Config): Promise<Log> {
  const log = new Log({ app, level: config.logLevel, destination: await logDestination(app, config) });
  await reportErrors(log, config);
  return log;
}
