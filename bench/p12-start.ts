import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT } from '../tools/project.ts';
import { limitOf, NO_PROGRAM, type Row, type Sides } from './row.ts';
import { memoryOf, type Stage } from './stage.ts';

/** Without a slash at its end. */
const PROJECT_FOLDER = resolve(PROJECT);
/** What a fresh copy of the project does not have. */
const MADE_BY_RUNNING = new Set(['node_modules', 'dist', '.steno', '.git']);
/** Until what was needed to start is given back. */
const IDLE_SECONDS = 20;
const MOST = { firstSeconds: 120, secondSeconds: 4, idleMb: 150 };

export const p12: Row = {
  id: 'P12',
  work: 'npm start in a fresh copy of the project, with the packages in npm’s cache: until the transcript of the sample is there',
  floor: NO_PROGRAM,
  unit: 's',
  reach: { atMost: 1 },
  turns: 1,
  variants: [{ name: 'nothing installed', open: openFirst }],
};

export const p12Second: Row = {
  ...p12,
  id: 'P12.1',
  work: 'npm start where it ran before: until API and worker are ready',
  turns: 3,
  variants: [{ name: 'second start', open: openSecond }],
};

export const p12Memory: Row = {
  ...p12,
  id: 'P12.2',
  work: `Memory of a process that has nothing to do, ${IDLE_SECONDS} s after it was ready`,
  unit: 'MB',
  variants: [
    { name: 'API', open: (stage) => openIdle(async () => stage.pidOfApi(await stage.startApi())) },
    { name: 'worker', open: (stage) => openIdle(async () => (await stage.startWorker()).pid) },
  ],
};

/** The cache is warm where the packages of this copy were installed by npm; what is missing there counts. */
async function openFirst(stage: Stage): Promise<Sides> {
  const copy = join(stage.directory, 'copy');
  await cp(PROJECT_FOLDER, copy, {
    recursive: true,
    filter: (path) => dirname(path) !== PROJECT_FOLDER || !MADE_BY_RUNNING.has(basename(path)),
  });
  return {
    steno: async () => {
      const started = new Start(copy, join(copy, '.steno'), []);
      return started.until(/^Steno is serving/).finally(() => started.end());
    },
    floor: limitOf(MOST.firstSeconds),
  };
}

async function openSecond(stage: Stage): Promise<Sides> {
  const start = async (): Promise<number> => {
    const started = new Start(PROJECT, join(stage.directory, 'home'), ['--no-sample']);
    return started.until(/^Ready after/).finally(() => started.end());
  };
  await start();
  return { steno: start, floor: limitOf(MOST.secondSeconds) };
}

async function openIdle(start: () => Promise<number>): Promise<Sides> {
  const pid = await start();
  await sleep(1_000 * IDLE_SECONDS);
  return { steno: () => Promise.resolve(memoryOf(pid, 'VmRSS')), floor: limitOf(MOST.idleMb) };
}

/** What `npm start` runs. */
class Start {
  private readonly begun = performance.now();
  private readonly child: ChildProcess;
  private readonly said: string[] = [];

  constructor(project: string, home: string, given: string[]) {
    const { PATH, HOME } = process.env;
    this.child = spawn(process.execPath, [join(project, 'tools', 'launch.mjs'), 'start', ...given], {
      cwd: project,
      env: { PATH, HOME, STENO_HOME: home, PORT: '0', WORKER_PORT: '0', ...npmSettings() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** @returns seconds from the start until it says so */
  async until(wanted: RegExp): Promise<number> {
    const seen = new Promise<number>((resolve) => {
      for (const stream of [this.child.stdout, this.child.stderr]) {
        if (stream === null) continue;
        createInterface(stream).on('line', (line) => {
          this.said.push(line);
          if (wanted.test(line)) resolve((performance.now() - this.begun) / 1_000);
        });
      }
    });
    const failure = once(this.child, 'exit').then(() => {
      throw new Error(`npm start ended before its time. It said:\n${this.said.slice(-20).join('\n')}`);
    });
    failure.catch(() => undefined); // it ends in the end
    return Promise.race([seen, failure]);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

/** Where npm gets packages from is a matter of the machine. */
function npmSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^npm_config_|_proxy$/i.test(name)));
}
