import { describe, expect, it } from '@jest/globals';
import { Log } from '#observability';
import { RegularSweep } from './regular-sweep.js';

const logged: { message: string; rows?: number }[] = [];
const log = new Log({
  app: 'test',
  level: 'debug',
  destination: { write: (line) => void logged.push(JSON.parse(line) as never) },
});

/** Fails, or takes its time, as long as it is told to. */
class Sweep extends RegularSweep {
  broken = false;
  patient = false;
  begun = 0;

  protected async remove(signal: AbortSignal): Promise<Record<string, number>> {
    this.begun += 1;
    if (this.broken) throw new Error('not today');
    if (this.patient) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { rows: this.begun };
  }
}

describe('a regular sweep', () => {
  it('runs at the start, and goes on after a failure', async () => {
    const sweep = new Sweep(log);
    sweep.broken = true;
    await sweep.sweep();
    expect(logged.at(-1)?.message).toContain('the next sweep tries again');
    sweep.broken = false;
    sweep.onApplicationBootstrap();
    await sweep.sweep();
    expect(logged.at(-1)).toMatchObject({ rows: 2 });
    await sweep.beforeApplicationShutdown();
  });

  it('runs once at a time, and is told and awaited when the process ends', async () => {
    const sweep = new Sweep(log);
    sweep.patient = true;
    const both = Promise.all([sweep.sweep(), sweep.sweep()]);
    await sweep.beforeApplicationShutdown();
    await both;
    expect([sweep.begun, logged.at(-1)]).toMatchObject([1, { rows: 1 }]);
  });
});
