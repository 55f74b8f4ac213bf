import { homedir } from 'node:os';
import { join } from 'node:path';
import type { World } from './world.ts';

/** Where settings lie (https://specifications.freedesktop.org/basedir-spec/latest/). */
export function configFile({ env }: World): string {
  return join(env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? homedir(), '.config'), 'steno', 'config.json');
}

/** Where that lies which is remembered from one run to the next. */
export function stateFile({ env }: World, name: string): string {
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] ?? homedir(), '.local', 'state'), 'steno', name);
}
