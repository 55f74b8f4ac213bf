import type { Readable, Writable } from 'node:stream';

/** What a command sees of the machine. */
export interface World {
  stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean };
  env: Record<string, string | undefined>;
  cwd: string;
  /** Aborted when the person wants to end. */
  signal: AbortSignal;
}

/** Options of every command. */
export interface GlobalOptions {
  server?: string;
  json?: boolean;
}

/** What a command gets besides its own options. */
export interface Scene {
  world: World;
  options: GlobalOptions;
}

/** Says something to a person; results go to stdout, so that they can be piped. */
export function say({ stderr }: World, line: string): void {
  stderr.write(`${line}\n`);
}

/** What to say of an error. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Writes a result. */
export function print({ stdout }: World, text: string): void {
  stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Writes a result for programs, on one line. */
export function printJson(world: World, value: unknown): void {
  print(world, JSON.stringify(value));
}
