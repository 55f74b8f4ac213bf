import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Refusal } from './exit-codes.ts';
import type { World } from './world.ts';

/** Asks the person. @param hidden whether what they type is not shown @throws Refusal where nobody can be asked */
export async function ask({ stdin, stderr, signal }: World, question: string, hidden = false): Promise<string> {
  if (stdin.isTTY !== true) throw new Refusal(`Nobody can be asked for "${question}" here. Give it as an option or on stdin.`);
  const screen = new Writable({
    write(piece, _, done) {
      if (!hidden) stderr.write(piece as Uint8Array);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output: screen, terminal: true });
  try {
    stderr.write(`${question}: `);
    return await lines.question('', { signal });
  } finally {
    lines.close();
    if (hidden) stderr.write('\n');
  }
}

/** What stands on stdin, without the end of its line. */
export async function readStdin({ stdin }: World): Promise<string> {
  let text = '';
  for await (const piece of stdin) text += String(piece);
  return text.replace(/\r?\n$/, '');
}
