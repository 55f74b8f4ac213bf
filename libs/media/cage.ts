import { lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a program may use at most. */
export interface CageLimits {
  /** Address space in bytes (RLIMIT_AS). */
  memoryBytes?: number;
  /** Seconds of CPU time (RLIMIT_CPU). */
  cpuSeconds?: number;
  /** Size of any file it writes, in bytes (RLIMIT_FSIZE); pipes do not count. */
  fileBytes?: number;
  /** Files open at once (RLIMIT_NOFILE). */
  openFiles?: number;
}

/** The programs this machine has to hold another program in; each is the absolute path or undefined. */
export interface Cage {
  /** util-linux: sets the limits. */
  readonly prlimit?: string;
  /** util-linux: kills the program when this process dies (bubblewrap does so itself). */
  readonly setpriv?: string;
  /** bubblewrap: own namespaces, no network, no files but those named. */
  readonly bwrap?: string;
}

/** One program with what it needs. */
export interface CagedRun {
  program: string;
  /** Where `program` leads when it is a symbolic link. */
  programTarget: string;
  args: readonly string[];
  readable: readonly string[];
  limits: CageLimits;
}

const LIMIT_OPTIONS = [
  ['memoryBytes', 'as'],
  ['cpuSeconds', 'cpu'],
  ['fileBytes', 'fsize'],
  ['openFiles', 'nofile'],
] as const;

/** The folders of the system outside /usr that hold programs and libraries; on merged-/usr systems they are links into it. */
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib64'];

/** Looks which wrappers the machine has. */
export async function findWrappers(find: (name: string) => Promise<string | undefined>): Promise<Cage> {
  const [prlimit, setpriv, bwrap] = await Promise.all([find('prlimit'), find('setpriv'), find('bwrap')]);
  // BusyBox has a setpriv without --pdeathsig, and no prlimit; where one is missing, the other is not util-linux's either.
  return { prlimit, setpriv: prlimit === undefined ? undefined : setpriv, bwrap };
}

/** The command line that runs a program inside the cage. */
export function caged(cage: Cage, run: CagedRun): { file: string; args: string[] } {
  const command = [...limiting(cage, run.limits), ...confining(cage, run), run.program, ...run.args];
  const [file = run.program, ...args] = command;
  return { file, args };
}

function limiting({ prlimit }: Cage, limits: CageLimits): string[] {
  const options = LIMIT_OPTIONS.flatMap(([key, option]) => (limits[key] === undefined ? [] : [`--${option}=${limits[key]}`]));
  return prlimit === undefined || options.length === 0 ? [] : [prlimit, ...options];
}

function confining({ bwrap, setpriv }: Cage, run: CagedRun): string[] {
  if (bwrap === undefined) return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL'];
  const ownFolders = [dirname(run.program), dirname(run.programTarget)].filter((folder) => !isSystemFolder(folder));
  return [
    bwrap,
    ...['--unshare-all', '--die-with-parent', '--cap-drop', 'ALL'],
    ...['--ro-bind', '/usr', '/usr'],
    ...SYSTEM_FOLDERS.flatMap(systemFolder),
    // Debian's libblas and the like are links through here; the cache tells the loader where libraries are.
    ...['/etc/alternatives', '/etc/ld.so.cache'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...[...ownFolders, ...run.readable].flatMap((path) => ['--ro-bind', path, path]),
    '--',
  ];
}

function isSystemFolder(folder: string): boolean {
  return folder.startsWith('/usr/') || SYSTEM_FOLDERS.includes(folder);
}

function systemFolder(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}
