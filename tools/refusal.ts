/** A reason not to go on that the person at the keyboard can mend. Printed as it stands, without a stack trace. */
export class Refusal extends Error {
  /** @param sentence what is wrong and what to do about it */
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'Refusal';
  }
}

/** The `code` of a system error (`ENOENT`, `EACCES`, …) or of a Postgres error; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const NO_PERMISSION = new Set(['EACCES', 'EPERM', 'EROFS']);

/** What to print for an error: the sentence of a refusal or of a well-known fault of the machine, else everything there is. */
function describe(error: unknown): unknown {
  if (error instanceof Refusal) return `\n${error.message}`;
  const code = codeOf(error);
  const where = error instanceof Error ? error.message : '';
  if (code === 'ENOSPC') return `\nThe disk is full (${where}). Free some space and run the command again.`;
  if (code !== undefined && NO_PERMISSION.has(code)) {
    return `\nNo permission (${where}). Run the command as the user who owns that, or give it to this user (chown).`;
  }
  return error;
}

/** Runs a command's main function to its exit code, and prints an error so that the person knows what to do; Ctrl-C is none. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    const interrupted = error instanceof Error && error.name === 'AbortError';
    if (!interrupted) console.error(describe(error));
    process.exitCode = interrupted ? 130 : 1;
  }
}
