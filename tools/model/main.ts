import { resolve } from 'node:path';
import { Refusal, runMain } from '../refusal.ts';
import { readDotEnv } from '../start/settings.ts';
import { downloadModel } from './download-model.ts';

/** `npm run model -- base`: brings a Whisper model to STENO_HOME/models, where the local engine finds it at the next start. */
async function main(): Promise<number> {
  const [name] = process.argv.slice(2);
  if (name === undefined) throw new Refusal('Which model? For example: npm run model -- base');
  readDotEnv();
  const { STENO_HOME = '.steno', MODEL_BASE_URL } = process.env;
  const folder = resolve(STENO_HOME, 'models');
  await downloadModel({ name, folder, baseUrl: MODEL_BASE_URL, say: (line) => process.stdout.write(`${line}\n`) });
  return 0;
}

await runMain(main);
