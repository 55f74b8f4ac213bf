import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROJECT } from '../project.ts';

/**
 * Runs a program of an installed npm package on this Node, in the project's folder.
 * @param script its path in node_modules
 * @returns what it wrote when it failed; nothing when it succeeded
 */
export function runScript(script: string, args: readonly string[]): Promise<string | undefined> {
  return runProgram(process.execPath, [join(PROJECT, 'node_modules', script), ...args]);
}

/** Runs the npm that started this check, or else the one on the PATH. */
export function runNpm(args: readonly string[]): Promise<string | undefined> {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js') === true ? runProgram(process.execPath, [npm, ...args]) : runProgram('npm', args);
}

async function runProgram(command: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(command, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit');
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return child.exitCode === 0 ? undefined : `${output}\n${complaints}`.trim() || `${command} ended without a word.`;
}
