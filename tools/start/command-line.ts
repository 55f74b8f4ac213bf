import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { codeOf, Refusal } from '../refusal.ts';

export interface StartOrder {
  /** Absolute path of the recording to transcribe; undefined: only serve. */
  recording?: string;
  /** End after the transcript. */
  once: boolean;
}

export const USAGE = `npm start                    serve, and transcribe the bundled sample
npm start -- my.mp3          serve, and transcribe my.mp3
npm start -- --once          transcribe the sample (or the file given) and end: exit code 0 or 1
npm start -- --no-sample     only serve

PORT (3000) and STENO_HOME (.steno) may be set in the environment or in .env; docs/env-variables.md lists the rest.`;

/**
 * Reads the arguments of `npm start -- …`.
 * @param from folder that relative paths start at: where the person typed the command
 * @param sample path of the bundled recording
 * @throws Refusal for anything that is not understood, or a file that cannot be read
 */
export function readCommandLine(args: readonly string[], from: string, sample: string): StartOrder {
  const { values, positionals } = parse(args);
  const once = values.once ?? false;
  const noSample = values['no-sample'] ?? false;
  if (positionals.length > 1) throw new Refusal(`One recording at a time, please; these are ${positionals.length}.\n\n${USAGE}`);
  if (positionals.length === 1 && noSample) throw new Refusal(`Either a recording or --no-sample, not both.\n\n${USAGE}`);
  if (once && noSample)
    throw new Refusal(`--once needs a recording to transcribe, so it does not go with --no-sample.\n\n${USAGE}`);
  if (noSample) return { once };
  const [given] = positionals;
  const recording = given === undefined ? sample : resolve(from, given);
  refuseUnreadable(recording);
  return { recording, once };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { once: { type: 'boolean' }, 'no-sample': { type: 'boolean' } },
    });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message.split('. ')[0] : String(error)}.\n\n${USAGE}`, { cause: error });
  }
}

function refuseUnreadable(recording: string): void {
  try {
    accessSync(recording, constants.R_OK);
    if (statSync(recording).isFile()) return;
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'There is no such file' : `It cannot be read (${codeOf(error)})`;
    throw new Refusal(`${recording}: ${reason}. Give the path of a recording.`, { cause: error });
  }
  throw new Refusal(`${recording} is not a file. Give the path of a recording.`);
}
