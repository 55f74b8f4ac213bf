import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Refusal } from '../tools/refusal.ts';
import type { LoadOrder, LoadResult } from './load-generator.ts';

const SECONDS = 5;
/** Long enough for the compiler of both sides. */
const WARM_UP_SECONDS = 4;
const GENERATOR = join(import.meta.dirname, 'load-generator.ts');

/** Warms a server up; what it gives then is a measurement of the rate at which it answers. */
export async function warmUp(order: Omit<LoadOrder, 'seconds'>): Promise<() => Promise<number>> {
  await generate({ ...order, seconds: WARM_UP_SECONDS });
  return () => generate({ ...order, seconds: SECONDS });
}

/**
 * Sends requests from a process of its own.
 * @returns answers a second
 * @throws Refusal when one of them was not what is expected: a rate of refusals is none
 */
async function generate(order: LoadOrder): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', GENERATOR], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(order));
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Refusal('The load generator failed; its own words stand above.');
  const { answersPerSecond, wrong } = JSON.parse(output) as LoadResult;
  if (wrong > 0) throw new Refusal(`${wrong} requests to ${order.origin} were not answered with ${order.status ?? 200}.`);
  return answersPerSecond;
}
