import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An engine of this machine that does as it is told. */
export interface LocalDouble {
  /** What makes it the local engine. */
  environment: Record<string, string>;
  /** From now on it crashes. */
  breakDown(): void;
  mend(): void;
}

/** As pocketsphinx writes it: the line, then its words with their times. */
const HEARD =
  'kept at home\n<s> 0.000 0.100 0.999\nkept 0.110 0.500 0.9\nat 0.510 0.700 0.9\nhome 0.710 0.990 0.9\n</s> 0.991 1.000 0.999\n';

/**
 * A program in the place of pocketsphinx, which hears the same in every recording.
 * @param directory where it is put
 */
export function makeLocalDouble(directory: string): LocalDouble {
  const program = join(directory, 'pocketsphinx');
  const model = join(directory, 'pocketsphinx-model');
  const broken = join(directory, 'pocketsphinx-broken');
  mkdirSync(model, { recursive: true });
  writeFileSync(join(model, 'en-us.lm.bin'), '');
  writeFileSync(program, `#!/bin/sh\nif [ -e '${broken}' ]; then exit 1; fi\ncat <<'END'\n${HEARD}END\n`);
  chmodSync(program, 0o755);
  return {
    environment: { POCKETSPHINX_PATH: program, POCKETSPHINX_MODEL_PATH: model },
    breakDown: () => writeFileSync(broken, ''),
    mend: () => rmSync(broken, { force: true }),
  };
}
