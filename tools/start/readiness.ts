import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';

const PATIENCE_MS = 90_000;
const POLL_MS = 100;

/**
 * Waits until /ready answers 200: the API serves and the worker has run a job.
 * @param logs folder to name when it takes too long
 * @throws Refusal with the last answer after 90 s
 */
export async function waitUntilReady(origin: string, logs: string, signal: AbortSignal): Promise<void> {
  let last = 'nothing';
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(POLL_MS, undefined, { signal })) {
    const answer = await ask(origin, signal);
    if (answer === true) return;
    if (answer !== undefined) last = answer;
  }
  throw new Refusal(
    `Steno was not ready after ${PATIENCE_MS / 1_000} s. ${origin}/ready answers:\n${last}\nThe logs are in ${logs}.`,
  );
}

/** @returns true when ready, the answer when not, undefined while nobody listens */
async function ask(origin: string, signal: AbortSignal): Promise<true | string | undefined> {
  try {
    const response = await fetch(`${origin}/ready`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
    const body = await response.text();
    return response.ok || `${response.status} ${body}`;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
