/** One Ctrl-C may arrive twice at once: from the terminal and from what started this program. */
const DOUBLED_MS = 500;

/** Aborted by the first Ctrl-C or SIGTERM, so that what is under way can be named; a second one ends the program at once. */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const interrupt = (): void => {
    if (since === undefined) {
      since = Date.now();
      controller.abort(new DOMException('Interrupted', 'AbortError'));
    } else if (Date.now() - since > DOUBLED_MS) process.exit(130);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
  return controller.signal;
}
