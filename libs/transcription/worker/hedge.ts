import { setTimeout as sleep } from 'node:timers/promises';

/** Another one answered first: nobody waits for this call any more. */
export class OutrunError extends Error {
  constructor() {
    super('Another engine answered first.');
    this.name = 'OutrunError';
  }
}

/** Somebody who is asked; ends early when the signal aborts. */
export type Asked<T> = (signal: AbortSignal) => Promise<T>;

interface Hedge<T> {
  /** Ends both. */
  signal: AbortSignal;
  /** How long the first is waited for before the second is asked as well. */
  afterMs: number;
  /** Whether the second is asked now. */
  mayAsk: () => boolean;
  isGood: (result: T) => boolean;
}

/** What came of it: of those that were asked, in the order they were; null: it ended without a result, because another was quicker. */
export type Hedged<T> = [T | null] | [T | null, T | null];

/**
 * Asks a second one when the first takes too long (Dean and Barroso, "The Tail at Scale", 2013). The first good result wins: the other
 * one is aborted with an OutrunError, and waited for, so that whatever it has to write down is written.
 * @throws what the first one threw, where neither gave a result; the signal's reason once it is aborted
 */
export async function hedge<T>(first: Asked<T>, second: Asked<T>, hedging: Hedge<T>): Promise<Hedged<T>> {
  const { signal, afterMs, mayAsk, isGood } = hedging;
  const begin = (asked: Asked<T>) => {
    const outrun = new AbortController();
    return { outrun, result: asked(AbortSignal.any([signal, outrun.signal])) };
  };
  const one = begin(first);
  if ((await endsWithin(one.result, afterMs)) || !mayAsk()) return [await one.result];
  const two = begin(second);
  const good = [one, two].map(({ result }) => result.then((value) => (isGood(value) ? value : Promise.reject(new NotGood()))));
  const winner = await Promise.any(good).catch(() => undefined);
  if (winner !== undefined) for (const { outrun } of [one, two]) outrun.abort(new OutrunError());
  const [oneEnd, twoEnd] = await Promise.allSettled([one.result, two.result]);
  signal.throwIfAborted();
  if (oneEnd.status === 'rejected' && twoEnd.status === 'rejected') throw oneEnd.reason;
  return [resultOf(oneEnd), resultOf(twoEnd)];
}

class NotGood extends Error {}

function resultOf<T>(end: PromiseSettledResult<T>): T | null {
  return end.status === 'fulfilled' ? end.value : null;
}

async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const ended = new AbortController();
  const end = work.then(
    () => true,
    () => true,
  );
  const late = sleep(milliseconds, false, { signal: ended.signal }).catch(() => false);
  return Promise.race([end, late]).finally(() => ended.abort());
}
