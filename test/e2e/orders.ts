import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Transcription } from './client.js';
import { checkInvariants } from './invariants.js';
import { SPOKEN, type Stack, type StackOptions, startStack } from './stack.js';

const CALLED_MS = 60_000;

/** What a provider that is well answers. */
export const SAYS_IT = { mode: 'ok', text: SPOKEN } as const;

/** Runs a scenario on an installation of its own, checks what always holds, and takes it down. */
export async function onStack<T>(options: StackOptions, scenario: (stack: Stack, client: Client) => Promise<T>): Promise<T> {
  const stack = await startStack(options);
  try {
    const result = await scenario(stack, await stack.client());
    await checkInvariants(stack);
    return result;
  } finally {
    await stack.stop();
  }
}

/** Orders the transcript of a recording so many times, each from an upload of its own. */
export async function order(client: Client, path: string, times: number): Promise<string[]> {
  const ordered = await Promise.all(Array.from({ length: times }, () => client.transcribe(path)));
  return ordered.map(({ id }) => id);
}

/**
 * Waits until everything ordered is completed with what was said.
 * @throws Error that names the first that is not
 */
export async function allCompleted(client: Client, seconds?: number): Promise<Transcription[]> {
  const finished = await Promise.all([...client.accepted].map((id) => client.waitUntilFinished(id, seconds)));
  const wrong = finished.find(({ status, text }) => status !== 'completed' || text?.includes(SPOKEN) !== true);
  if (wrong !== undefined) throw new Error(`A transcription did not come out well: ${JSON.stringify(wrong)}`);
  return finished;
}

/** Waits until the provider was called so often in all. */
export async function untilCalled(stack: Pick<Stack, 'provider' | 'tails'>, calls: number): Promise<void> {
  for (const deadline = performance.now() + CALLED_MS; stack.provider.calls.length < calls; await sleep(20)) {
    if (performance.now() > deadline)
      throw new Error(`The provider was called ${stack.provider.calls.length} times.\n${stack.tails()}`);
  }
}

/** What unfinished uploads promised to remove is due in hours; now it is due at once, so that what must be gone is gone when it is looked for. */
export async function discardNow(stack: Stack): Promise<void> {
  await stack.query(`UPDATE jobs SET due_at = now() WHERE name IN ('storage.discard', 'uploads.clear') AND state = 'waiting'`);
}

/** The one number of a query with the column `n`. */
export async function countOf(stack: Stack, sql: string, parameters: unknown[] = []): Promise<number> {
  return Number((await stack.query<{ n: string }>(sql, parameters))[0]?.n);
}
