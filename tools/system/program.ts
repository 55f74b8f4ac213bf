import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export type ProgramName = 'ffmpeg' | 'pocketsphinx' | 'redis' | 'bubblewrap' | 'swift' | 'python' | 'promtool';
export type PackageTool = 'apt' | 'dnf' | 'brew';

interface Program {
  /** What it is for, to end the sentence "… is missing; it …". */
  purpose: string;
  /** Names of the packages that bring it; a tool that is not listed has none. */
  packages: Partial<Record<PackageTool, string[]>>;
  isPresent: (environment: NodeJS.ProcessEnv) => boolean;
}

/** Programs from outside npm that Steno runs. */
export const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  ffmpeg: {
    purpose: 'reads the recordings',
    packages: { apt: ['ffmpeg'], dnf: ['ffmpeg-free'], brew: ['ffmpeg'] },
    isPresent: ({ FFMPEG_PATH, PATH }) =>
      isExecutable(FFMPEG_PATH ?? 'ffmpeg', PATH) && (FFMPEG_PATH !== undefined || isExecutable('ffprobe', PATH)),
  },
  pocketsphinx: {
    purpose: 'is the speech engine that works without a key and without a download',
    packages: { apt: ['pocketsphinx', 'pocketsphinx-en-us'] },
    isPresent: ({ POCKETSPHINX_PATH, POCKETSPHINX_MODEL_PATH, PATH }) =>
      isExecutable(POCKETSPHINX_PATH ?? 'pocketsphinx_continuous', PATH) &&
      existsSync(POCKETSPHINX_MODEL_PATH ?? '/usr/share/pocketsphinx/model/en-us'),
  },
  redis: {
    purpose: 'is the second of the two queue backends under test',
    packages: { apt: ['redis-server'], dnf: ['redis'], brew: ['redis'] },
    isPresent: ({ PATH }) => isExecutable('redis-server', PATH),
  },
  bubblewrap: {
    purpose: 'closes ffmpeg in',
    packages: { apt: ['bubblewrap'], dnf: ['bubblewrap'] },
    isPresent: ({ PATH }) => isExecutable('bwrap', PATH),
  },
  swift: {
    purpose: 'is the S3 of others under test',
    packages: { apt: ['python3-swift'] },
    isPresent: () => existsSync('/usr/lib/python3/dist-packages/swift/common/middleware/s3api'),
  },
  python: {
    purpose: 'runs the Python client under test',
    packages: { apt: ['python3'], dnf: ['python3'], brew: ['python'] },
    isPresent: ({ PATH }) => isExecutable('python3', PATH),
  },
  promtool: {
    purpose: 'judges the alerts',
    packages: { apt: ['prometheus'], brew: ['prometheus'] },
    isPresent: ({ PATH }) => isExecutable('promtool', PATH),
  },
};

/**
 * The command that installs these programs here.
 * @returns undefined when one of them has no package for this tool
 */
export function installLine(names: readonly ProgramName[], tool: PackageTool): string | undefined {
  const packages = names.flatMap((name) => PROGRAMS[name].packages[tool] ?? [undefined]);
  if (packages.includes(undefined)) return undefined;
  switch (tool) {
    case 'apt':
      return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    case 'dnf':
      return `sudo dnf install -y ${packages.join(' ')}`;
    case 'brew':
      return `brew install ${packages.join(' ')}`;
  }
}

/** Whether a program, by name on the search path or by its own path, can be run. */
export function isExecutable(program: string, searchPath = ''): boolean {
  const candidates =
    isAbsolute(program) || program.includes('/') ? [program] : searchPath.split(delimiter).map((folder) => join(folder, program));
  return candidates.some((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
