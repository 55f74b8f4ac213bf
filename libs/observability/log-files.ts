import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Config } from '#config';
import type { DestinationStream } from 'pino';

/** What we use of pino-roll, which brings no types. */
type Roll = (options: {
  file: string;
  extension: string;
  frequency: 'daily';
  dateFormat: string;
  size: string;
  mkdir: boolean;
  sync: boolean;
  limit: { count: number; removeOtherLogFiles: boolean };
}) => Promise<DestinationStream>;

/**
 * Where the log of an app is written: files that follow each other, where the configuration wants that.
 * @returns undefined for standard output
 */
export async function logDestination(app: string, { observability }: Config): Promise<DestinationStream | undefined> {
  if (observability.logFiles === undefined) return undefined;
  const { directory, maxMegabytes, kept } = observability.logFiles;
  const roll = createRequire(import.meta.url)('pino-roll') as Roll;
  return roll({
    file: join(directory, app),
    extension: '.log',
    frequency: 'daily',
    dateFormat: 'yyyy-MM-dd',
    size: `${maxMegabytes}m`,
    mkdir: true,
    // What a killed process said last is what one wants to read.
    sync: true,
    // The file that is written to counts, too.
    limit: { count: kept + 1, removeOtherLogFiles: true },
  });
}
