import { Refusal } from '../refusal.ts';

/** One thing that must hold about the project. */
export interface CheckStep {
  /** How it is asked for: `npm run check -- lint`. */
  name: string;
  /** What is true when it passes. */
  holds: string;
  /** What to run, or to do, when it does not. */
  mend: string;
  /** @returns what is wrong, for the screen; nothing when it holds */
  run: () => Promise<string | undefined>;
}

/**
 * The steps with the given names; all when none is named.
 * @throws Refusal when a name is not known
 */
export function chooseSteps(steps: readonly CheckStep[], names: readonly string[]): readonly CheckStep[] {
  const known = steps.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Refusal(`There is no check "${unknown.join('", "')}". There are: ${known.join(', ')}.`);
  return names.length === 0 ? steps : steps.filter(({ name }) => names.includes(name));
}

/**
 * Runs every step, one after the other, also after one has failed; prints a line for each and at the end how to mend what failed.
 * @returns the exit code: 0 when everything holds, else 1
 */
export async function runSteps(steps: readonly CheckStep[], print: (line: string) => void): Promise<number> {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const failed: CheckStep[] = [];
  for (const step of steps) {
    const startedAt = performance.now();
    const wrong = await runStep(step);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5);
    print(`${wrong === undefined ? '✓' : '✗'} ${step.name.padEnd(width)} ${seconds} s  ${step.holds}`);
    if (wrong === undefined) continue;
    failed.push(step);
    print(wrong.trimEnd().replace(/^(?=.)/gm, '    '));
  }
  if (failed.length === 0) return 0;
  print(`\n${failed.length} of ${steps.length} failed. To mend:`);
  for (const { name, mend } of failed) print(`  ${name.padEnd(width)}  ${mend}`);
  return 1;
}

/** A step that cannot be carried out has failed, and the others still run. */
async function runStep({ run }: CheckStep): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
