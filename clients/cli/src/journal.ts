import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from './files.ts';

/**
 * What is remembered from one run to the next: values by key, each change a line that is on the disk before it counts. A line that was
 * cut off when the machine stopped is skipped.
 */
export class Journal<Value> {
  private readonly path: string;
  private readonly values: Map<string, Value>;

  private constructor(path: string, values: Map<string, Value>) {
    this.path = path;
    this.values = values;
  }

  static async open<Value>(path: string): Promise<Journal<Value>> {
    return new Journal<Value>(path, await readLines<Value>(path));
  }

  get(key: string): Value | undefined {
    return this.values.get(key);
  }

  /** Remembers a value; null forgets it. */
  async set(key: string, value: Value | null): Promise<void> {
    if (value === null) this.values.delete(key);
    else this.values.set(key, value);
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.path, 'a', 0o600);
    try {
      // The line before may have been cut off; an empty line is skipped.
      await file.write(`\n${JSON.stringify([key, value])}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

async function readLines<Value>(path: string): Promise<Map<string, Value>> {
  const values = new Map<string, Value>();
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  for (const line of text.split('\n')) {
    const entry = line === '' ? undefined : parse<Value>(line);
    if (entry === undefined) continue;
    const [key, value] = entry;
    if (value === null) values.delete(key);
    else values.set(key, value);
  }
  return values;
}

function parse<Value>(line: string): [key: string, value: Value | null] | undefined {
  try {
    return JSON.parse(line) as [string, Value | null];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
