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

/**
 * Runs a command's main function to its exit code.
 * A refusal becomes a sentence on stderr; anything else keeps its stack, because it is a fault of ours.
 */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Refusal ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
