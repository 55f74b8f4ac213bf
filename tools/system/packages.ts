import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { installLine, isExecutable, type PackageTool, PROGRAMS, type ProgramName } from './program.ts';

/** Which of these programs are not on this machine. */
export function missingPrograms(names: readonly ProgramName[]): ProgramName[] {
  return names.filter((name) => !PROGRAMS[name].isPresent(process.env));
}

/**
 * Installs what is missing where that needs no password: by apt-get as root.
 * @returns what is still missing
 */
export async function installMissing(names: readonly ProgramName[]): Promise<ProgramName[]> {
  const missing = missingPrograms(names);
  if (missing.length === 0 || process.getuid?.() !== 0 || packageTool() !== 'apt') return missing;
  const packages = missing.flatMap((name) => PROGRAMS[name].packages.apt ?? []);
  console.log(`Installing ${packages.join(', ')} (apt-get) …`);
  const startedAt = Date.now();
  const failure =
    (await runAptGet(['update', '-qq'])) ?? (await runAptGet(['install', '-y', '-qq', '--no-install-recommends', ...packages]));
  if (failure === undefined) console.log(`Installed in ${Math.round((Date.now() - startedAt) / 1_000)} s.`);
  else console.error(`apt-get did not install it. It says:\n${failure}`);
  return missingPrograms(missing);
}

/** One sentence per missing program, then the command that brings them all. */
export function describeMissing(missing: readonly ProgramName[]): string {
  const sentences = missing.map((name) => `${name} is missing; it ${PROGRAMS[name].purpose}.`);
  const tool = packageTool();
  const line = tool && installLine(missing, tool);
  const advice = line ? `Install ${missing.length > 1 ? 'them' : 'it'} with:\n  ${line}` : adviceWithoutPackage(missing);
  return `${sentences.join('\n')}\n${advice}`;
}

function adviceWithoutPackage(missing: readonly ProgramName[]): string {
  const names = missing.filter((name) => name !== 'pocketsphinx');
  const engine =
    'In place of pocketsphinx, which this system has no package for, download a Whisper model with:\n  npm run model -- base';
  const others = `Install ${names.join(', ')} and put ${names.length > 1 ? 'them' : 'it'} on the PATH.`;
  return [...(names.length > 0 ? [others] : []), ...(names.length < missing.length ? [engine] : [])].join('\n');
}

function packageTool(): PackageTool | undefined {
  const onPath = (program: string) => isExecutable(program, process.env.PATH);
  if (process.platform === 'darwin') return 'brew';
  if (onPath('apt-get')) return 'apt';
  return onPath('dnf') ? 'dnf' : undefined;
}

/** @returns the end of its output when it failed */
async function runAptGet(rest: string[]): Promise<string | undefined> {
  const child = spawn('apt-get', rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exit;
  if (child.exitCode === 0) return undefined;
  return `${stdout}\n${stderr}`.trim().split('\n').slice(-8).join('\n');
}
