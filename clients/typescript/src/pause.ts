const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits. @throws the signal's reason when it is aborted meanwhile */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(reasonOf(signal));
    const stop = (): void => {
      clearTimeout(timer);
      if (signal !== undefined) reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** A signal that is aborted after this time, or when one of the others is. */
export function limited(milliseconds: number, signal?: AbortSignal): { signal: AbortSignal; timer: AbortSignal } {
  const timer = AbortSignal.timeout(Math.min(milliseconds, LONGEST_TIMER_MS));
  return { signal: signal === undefined ? timer : AbortSignal.any([signal, timer]), timer };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError');
}
