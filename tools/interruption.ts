const DOUBLED_MS = 500;

export interface Interruption {
  /** Aborted by the first Ctrl-C, by SIGTERM or SIGHUP, or when the launcher is gone. */
  signal: AbortSignal;
}

/**
 * Turns the wishes to end into an abort signal; a second Ctrl-C kills.
 * One Ctrl-C may arrive two or three times at once (the terminal sends it to the whole group, npm and the launcher pass it on), so a
 * second one counts only after a moment.
 * @param kill ends everything at once
 */
export function listenForInterruption(kill: () => void): Interruption {
  const controller = new AbortController();
  let since: number | undefined;
  const interrupt = () => {
    if (since === undefined) {
      since = Date.now();
      controller.abort();
    } else if (Date.now() - since > DOUBLED_MS) {
      kill();
      process.exit(130);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  process.once('disconnect', interrupt);
  process.channel?.unref();
  return { signal: controller.signal };
}
