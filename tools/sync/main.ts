import { runMain } from '../refusal.ts';
import { outdatedFiles, writeFiles } from './generated-files.ts';

/** `npm run sync`: writes the committed files that are made from the sources. */
await runMain(async () => {
  const files = await outdatedFiles();
  writeFiles(files);
  console.log(files.length === 0 ? 'Every generated file is up to date.' : `Wrote ${files.map(({ path }) => path).join(', ')}.`);
  return 0;
});
