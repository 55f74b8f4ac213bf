import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caged, findWrappers } from './cage.js';
import { childProcesses, openStudio, silentLog, type Studio } from './media.fixture.js';
import { type ProgramRun, ProgramRunner } from './program-runner.js';

describe.each(['auto', 'off'])('ProgramRunner, sandbox %s', (FFMPEG_SANDBOX) => {
  let studio: Studio;
  let shell: string;

  beforeAll(async () => {
    studio = await openStudio({ FFMPEG_SANDBOX });
    // A shell makes small programs to run; nothing in the room ever starts one.
    shell = (await studio.programs.find('sh')) ?? '';
  });
  afterAll(() => studio.close());

  function script(text: string, more: Partial<ProgramRun> = {}): ProgramRun {
    return { program: shell, args: ['-c', text], timeoutMs: 10_000, ...more };
  }

  it('gives what the program said and how it ended', async () => {
    const outcome = await studio.programs.collect(script('echo out; echo err >&2; exit 3'));
    expect({ ...outcome, stdout: outcome.stdout.toString() }).toEqual({
      code: 3,
      signal: null,
      stderr: 'err\n',
      stdout: 'out\n',
      timedOut: false,
    });
  });

  it('keeps the last 4 KB of stderr', async () => {
    const { stderr } = await studio.programs.collect(script('for i in $(seq 3000); do echo line $i >&2; done'));
    expect(stderr).toHaveLength(4096);
    expect(stderr).toMatch(/line 3000\n$/);
  });

  it('gives the program nothing of our environment', async () => {
    const { stdout } = await studio.programs.collect(script('env'));
    const names = [...stdout.toString().matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(names.filter((name) => !['PATH', 'LANG', 'PWD', 'SHLVL', '_', 'OLDPWD'].includes(name ?? ''))).toEqual([]);
  });

  it('passes input, and survives a program that does not read it', async () => {
    const { stdout } = await studio.programs.collect(script('cat', { input: Buffer.from('a recording') }));
    expect(stdout.toString()).toBe('a recording');
    const { code } = await studio.programs.collect(script('exit 0', { input: Buffer.alloc(10_000_000) }));
    expect(code).toBe(0);
  });

  it('kills the whole group when the time is over', async () => {
    const started = Date.now();
    const outcome = await studio.programs.collect(script('sleep 1234.5 & sleep 1234.5; wait', { timeoutMs: 300 }));
    expect(outcome).toMatchObject({ timedOut: true });
    expect(Date.now() - started).toBeLessThan(2000);
    expect(await running('sleep 1234.5')).toBe(false);
    expect(await childProcesses()).toEqual([]);
  });

  it('kills it on abort and rejects with the reason', async () => {
    const abort = new AbortController();
    const call = studio.programs.collect(script('sleep 1234.6', { signal: abort.signal }));
    setTimeout(() => abort.abort(new Error('cancelled by the caller')), 100);
    await expect(call).rejects.toThrow('cancelled by the caller');
    expect(await running('sleep 1234.6')).toBe(false);
    await expect(studio.programs.collect(script('true', { signal: abort.signal }))).rejects.toThrow('cancelled by the caller');
  });

  it('kills a program that says more than was asked for', async () => {
    const outcome = await studio.programs.collect(script('yes'), 10_000);
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout.length).toBeLessThanOrEqual(10_000);
  });

  it('lets a streaming program wait while nobody reads, and counts only the reader’s waiting', async () => {
    const program = await studio.programs.start(script('head -c 1000000 /dev/zero', { timeoutMs: 200 }));
    let bytes = 0;
    for await (const block of program.output) {
      if (bytes === 0) await delay(500);
      bytes += block.length;
    }
    expect(bytes).toBe(1_000_000);
    expect(await program.outcome).toMatchObject({ code: 0, timedOut: false });
  });

  it('kills a streaming program that keeps its reader waiting, or whose reader has left', async () => {
    const silent = await studio.programs.start(script('sleep 1234.7', { timeoutMs: 200 }));
    expect(await silent.output[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
    expect(await silent.outcome).toMatchObject({ timedOut: true });
    const endless = await studio.programs.start(script('yes', { timeoutMs: 5000 }));
    expect(await endless.output[Symbol.asyncIterator]().next()).toMatchObject({ done: false });
    endless.kill();
    expect((await endless.outcome).code).not.toBe(0);
    expect(await childProcesses()).toEqual([]);
  });

  it('holds it to its limits', async () => {
    const limits = { memoryBytes: 600_000_000, cpuSeconds: 1, fileBytes: 0, openFiles: 9 };
    const { stdout } = await studio.programs.collect(script('ulimit -v; ulimit -t; ulimit -f; ulimit -n', { limits }));
    expect(stdout.toString()).toBe('585937\n1\n0\n9\n');
  });

  it('does not find what is not there', async () => {
    expect(await studio.programs.find('steno-no-such-program')).toBeUndefined();
    expect(await studio.programs.find('/no/such/program')).toBeUndefined();
  });
});

describe('the sandbox', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio({ FFMPEG_SANDBOX: 'required' });
  });
  afterAll(() => studio.close());

  it('shows only what is named, and no network', async () => {
    const shown = join(studio.folder, 'shown');
    const hidden = join(studio.folder, 'hidden');
    await writeFile(shown, 'shown');
    await writeFile(hidden, 'hidden');
    const run = { program: '/usr/bin/sh', timeoutMs: 5000, readable: [shown] };
    const read = await studio.programs.collect({
      ...run,
      args: ['-c', `cat ${shown}; cat ${hidden} /etc/passwd; echo > ${shown}`],
    });
    expect(read.stdout.toString()).toBe('shown');
    expect(read.stderr).toMatch(/hidden: No such file[^]*passwd: No such file[^]*Read-only file system/);
    const network = await studio.programs.collect({ ...run, args: ['-c', 'cat /proc/net/dev'] });
    expect(network.stdout.toString().match(/^ *(\w+):/gm)).toEqual(['    lo:']);
  });

  it('takes a program from outside /usr', async () => {
    const program = join(studio.folder, 'bin', 'my-true');
    await mkdir(join(studio.folder, 'bin'));
    await copyFile('/usr/bin/true', program);
    await chmod(program, 0o755);
    expect(await studio.programs.collect({ program, args: [], timeoutMs: 5000 })).toMatchObject({ code: 0, stderr: '' });
  });

  it('says so when it is required and does not work', async () => {
    class WithoutBubblewrap extends ProgramRunner {
      override async find(name: string): Promise<string | undefined> {
        return name === 'bwrap' ? undefined : super.find(name);
      }
    }
    const call = new WithoutBubblewrap(studio.config, silentLog).collect({ program: '/usr/bin/true', args: [], timeoutMs: 5000 });
    await expect(call).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    await expect(call).rejects.toThrow('it is not installed');
  });

  it('tries the sandbox anew after it failed', async () => {
    let installed = false;
    class InstalledLater extends ProgramRunner {
      override async find(name: string): Promise<string | undefined> {
        return name === 'bwrap' && !installed ? undefined : super.find(name);
      }
    }
    const programs = new InstalledLater(studio.config, silentLog);
    const run = { program: '/usr/bin/true', args: [], timeoutMs: 5000 };
    await expect(programs.collect(run)).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    installed = true;
    await expect(programs.collect(run)).resolves.toMatchObject({ code: 0 });
  });

  it.each(['bwrap', 'setpriv'])('lets no program outlive this process (%s)', async (wrapper) => {
    const wrappers = await findWrappers((name) => studio.programs.find(name));
    const cage = wrapper === 'bwrap' ? wrappers : { ...wrappers, bwrap: undefined };
    const marker = wrapper === 'bwrap' ? '4321.1' : '4321.2';
    const run = { program: '/usr/bin/sleep', programTarget: '/usr/bin/sleep', args: [marker], readable: [], limits: {} };
    const { file, args } = caged(cage, run);
    const parent = spawn(process.execPath, [
      '-e',
      `require('child_process').spawn(${JSON.stringify(file)}, ${JSON.stringify(args)}, { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000)`,
    ]);
    await waitFor(async () => running(`/usr/bin/sleep ${marker}`));
    parent.kill('SIGKILL');
    await once(parent, 'close');
    await waitFor(async () => !(await running(`/usr/bin/sleep ${marker}`)));
  });
});

/** Whether a program with exactly this command line runs. */
async function running(command: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.some((line) => line.split('\0').join(' ').trim() === command);
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await condition()) return;
    await delay(50);
  }
  throw new Error('it did not happen within 5 s');
}
